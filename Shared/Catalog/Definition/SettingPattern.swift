/// A regular expression that a setting's whole text must match.
public struct SettingPattern: Sendable, Hashable {
    /// Why a text is no regular expression.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// The pattern as written.
    public let text: String

    /// - Throws: `Malformed`.
    init(_ text: String) throws(Malformed) {
        // Regex is not Sendable; it is compiled again where it is used, which is only when settings are written.
        guard text.utf8.count <= 500, (try? Regex(text)) != nil else {
            throw Malformed(description: "'\(text)' is not a regular expression")
        }
        self.text = text
    }

    /// Whether the whole of `value` matches.
    public func matches(_ value: String) -> Bool {
        guard value.utf8.count <= 2000, let regex = try? Regex(text) else { return false }
        return (try? regex.wholeMatch(in: value)) != nil
    }
}

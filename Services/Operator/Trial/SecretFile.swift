import FoundationEssentials

/// A file that holds a secret.
enum SecretFile {
    /// The text in `path` without line ends behind it; nil where it cannot be read.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map {
            let text = String(decoding: $0, as: UTF8.self)
            return String(text.reversed().drop { $0.isNewline }.reversed())
        }
    }
}

import JSON

/// Writes a JSON value as YAML, short things on one line.
package enum YAMLText {
    private static let width = 116

    /// The lines of `value`, a map, from `indent` spaces on.
    package static func lines(_ value: JSONValue, indent: Int = 0) -> [String] {
        switch value {
        case .object(let object) where !object.isEmpty:
            return object.flatMap { member in entry("\(scalar(member.key)):", member.value, indent: indent) }
        case .array(let items) where !items.isEmpty:
            return items.flatMap { item($0, indent: indent) }
        default: return [spaces(indent) + flow(value)]
        }
    }

    private static func entry(_ head: String, _ value: JSONValue, indent: Int) -> [String] {
        let line = "\(spaces(indent))\(head) \(flow(value))"
        if line.count <= width || !isNested(value) { return [line] }
        return [spaces(indent) + head] + lines(value, indent: indent + 2)
    }

    private static func item(_ value: JSONValue, indent: Int) -> [String] {
        let line = "\(spaces(indent))- \(flow(value))"
        if line.count <= width || !isNested(value) { return [line] }
        var rest = lines(value, indent: indent + 2)
        rest[0] = "\(spaces(indent))- \(rest[0].dropFirst(indent + 2))"
        return rest
    }

    private static func isNested(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object): !object.isEmpty
        case .array(let items): !items.isEmpty
        default: false
        }
    }

    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): scalar(text)
        case .array(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
        case .object(let object):
            object.isEmpty
                ? "{}" : "{ " + object.map { "\(scalar($0.key)): \(flow($0.value))" }.joined(separator: ", ") + " }"
        default: value.text
        }
    }

    /// A text without quotes where nobody could read it as anything else.
    private static func scalar(_ text: String) -> String {
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.utf8.first.map { isLetter($0) } ?? false
            && text.utf8.allSatisfy { isLetter($0) || ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 46 || $0 == 95 }
            && !words.contains(text.lowercased())
        return isPlain ? text : JSONValue.string(text).text
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// Why bytes are not an acceptable JSON document. Says where and what kind; never holds what stood there.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, in kinds that ask for different actions.
    public enum Kind: String, Sendable, CaseIterable {
        /// Nothing but white space.
        case empty
        /// Ends in the middle: a connection that was cut, usually.
        case truncated
        /// Begins like HTML or XML: a login page or a proxy's error page, usually.
        case markup
        /// Not UTF-8 (RFC 8259, section 8.1).
        case invalidUTF8
        /// Nested deeper than the limit.
        case tooDeep
        /// Longer than the limit.
        case tooLarge
        /// Something that JSON does not have at this place.
        case unexpected
        /// A complete value with something behind it.
        case trailingBytes
        /// A backslash that begins no escape of JSON.
        case badEscape
        /// A number that is not written as JSON writes them.
        case badNumber
        /// A control character inside a string.
        case controlCharacter
        /// A valid document without the value that was asked for.
        case noSuchPath
        /// A valid document in which the value is of another type.
        case wrongType
        /// No memory for the document.
        case outOfMemory
    }

    /// What is wrong.
    public let kind: Kind
    /// Where, in bytes from the start of the document.
    public let offset: Int
    /// The line, counted from 1.
    public let line: Int
    /// The column in bytes, counted from 1.
    public let column: Int
    /// What was wanted: a limit, a path of a definition. Never contents.
    public let detail: String?

    init(_ kind: Kind, offset: Int = 0, in bytes: ArraySlice<UInt8> = [], detail: String? = nil) {
        self.kind = kind
        self.offset = offset
        self.detail = detail
        let before = bytes.prefix(max(0, offset))
        line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        column = before.endIndex - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex) + 1
    }

    /// The problem and its place in one line, without contents.
    public var description: String {
        let place = "at byte \(offset) (line \(line), column \(column))"
        let more = detail.map { " (\($0))" } ?? ""
        switch kind {
        case .empty: return "empty where a JSON document was expected"
        case .truncated: return "JSON that ends too early, after \(offset) bytes"
        case .markup: return "HTML or XML where JSON was expected"
        case .invalidUTF8: return "JSON that is not UTF-8 \(place)"
        case .tooDeep: return "JSON nested too deep \(place)\(more)"
        case .tooLarge: return "JSON that is too large\(more)"
        case .unexpected: return "not JSON \(place)"
        case .trailingBytes: return "something behind the end of the JSON document \(place)"
        case .badEscape: return "a backslash that JSON does not know \(place)"
        case .badNumber: return "a number that is not written as in JSON \(place)"
        case .controlCharacter: return "an unescaped control character in a JSON string \(place)"
        case .noSuchPath: return "JSON without the value that was asked for\(more)"
        case .wrongType: return "JSON with a value of another type than was asked for\(more)"
        case .outOfMemory: return "no memory for a JSON document\(more)"
        }
    }
}

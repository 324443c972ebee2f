/// A scalar as it was written.
public struct YAMLScalar: Sendable, Hashable {
    /// How it was written.
    public enum Style: Sendable, Hashable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    /// What a scalar means by the core schema of YAML 1.2.2, section 10.3.
    public enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        /// An integer of 64 bits.
        case integer(Int64)
        /// Any other finite number, as JSON writes it (RFC 8259).
        case number(String)
        case string(String)
    }

    /// The text without quotes and escapes.
    public let text: String
    /// How it was written.
    public let style: Style
    /// What it means. Only plain scalars mean anything but text; `yes`, `no`, `on`, `off`, `.inf`, `.nan`, dates and
    /// `700/minute` are text.
    public let value: Value

    /// A scalar; `isText` says that a tag (`!!str`) makes it text whatever it looks like.
    public init(_ text: String, style: Style, isText: Bool = false) {
        self.text = text
        self.style = style
        value = style == .plain && !isText ? Self.resolve(text) : .string(text)
    }

    /// The text where it means text; nil for null, truth values and numbers.
    public var string: String? { if case .string(let text) = value { text } else { nil } }

    static func resolve(_ text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, first < 0x3A, first >= 0x2B else { return .string(text) }
        return YAMLNumber.read(text) ?? .string(text)
    }
}

import Models

/// What an expression works on and yields.
public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    /// A text that holds a secret or was made from one; it is never shown.
    case secret(String)
    case time(Timestamp)
    case list([Value])
    case map([String: Value])

    /// Whether a condition holds: everything but nothing, false, zero and the empty text, list and map.
    public var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .text(let value), .secret(let value): !value.isEmpty
        case .time: true
        case .list(let items): !items.isEmpty
        case .map(let members): !members.isEmpty
        }
    }

    /// Whether it is nothing.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// Whether it holds a secret, itself or in a member.
    public var isSecret: Bool {
        switch self {
        case .secret: true
        case .list(let items): items.contains { $0.isSecret }
        case .map(let members): members.values.contains { $0.isSecret }
        default: false
        }
    }

    /// The text of a scalar as it is put into requests and templates; nil for nothing, lists and maps.
    public var scalarText: String? {
        switch self {
        case .null, .list, .map: nil
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): Self.text(of: value)
        case .text(let value), .secret(let value): value
        case .time(let value): value.description
        }
    }

    /// The shortest decimal text of `number`, without an exponent where 15 digits suffice.
    static func text(of number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
        return "\(number)"
    }

    var asDouble: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    var asText: String? {
        switch self {
        case .text(let value), .secret(let value): value
        default: nil
        }
    }

    /// The kind, for checking at load time and for messages.
    var kind: ValueKinds {
        switch self {
        case .null: .null
        case .bool: .bool
        case .integer, .number: .number
        case .text, .secret: .text
        case .time: .time
        case .list: .list
        case .map: .map
        }
    }
}

/// The kinds that a value may have.
struct ValueKinds: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let null = ValueKinds(rawValue: 1)
    static let bool = ValueKinds(rawValue: 2)
    static let number = ValueKinds(rawValue: 4)
    static let text = ValueKinds(rawValue: 8)
    static let time = ValueKinds(rawValue: 16)
    static let list = ValueKinds(rawValue: 32)
    static let map = ValueKinds(rawValue: 64)
    static let any: ValueKinds = [.null, .bool, .number, .text, .time, .list, .map]
    static let scalar: ValueKinds = [.null, .bool, .number, .text, .time]

    /// For a message: `text or number`.
    var names: String {
        let all: [(ValueKinds, String)] = [
            (.null, "nothing"), (.bool, "true or false"), (.number, "a number"), (.text, "a text"), (.time, "a time"),
            (.list, "a list"), (.map, "a map"),
        ]
        return all.filter { contains($0.0) && ($0.0 != .null || self == .null) }.map(\.1).joined(separator: " or ")
    }
}

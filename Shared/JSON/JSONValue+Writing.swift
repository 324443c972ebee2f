extension JSONValue {
    /// The value as compact JSON, members in their order.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, sorted: false)
        return bytes
    }

    /// The value as compact JSON, members sorted by the bytes of their keys at every level: equal values give equal
    /// bytes, which is what a hash wants.
    public var encodedSorted: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, sorted: true)
        return bytes
    }

    /// The value as compact JSON text, members in their order.
    public var text: String { String(decoding: encoded, as: UTF8.self) }

    /// Appends the value as compact JSON.
    public func append(to bytes: inout [UInt8], sorted: Bool) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): JSONWriter.append(string: text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes, sorted: sorted)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            let members = sorted ? object.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : Array(object)
            for (position, member) in members.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONWriter.append(string: member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes, sorted: sorted)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// This value with `patch` applied as a merge patch (RFC 7396): members of the patch replace, objects merge, and
    /// `null` removes.
    public func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = object ?? JSONObject()
        for (key, value) in changes {
            result[key] = value.isNull ? nil : (result[key] ?? .null).merging(value)
        }
        return .object(result)
    }
}

// No nil literal: `object[key] = nil` must remove, never store `null`.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

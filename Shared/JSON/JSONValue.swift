/// A JSON value as a tree, for configuration, settings, cursors and expressions. Records never take this form.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// An integer written without fraction and exponent that fits.
    case integer(Int64)
    /// Any other number, exactly as written (RFC 8259).
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The value of a double; nil for infinity and NaN, which JSON does not have.
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        self = .number("\(double)")
    }

    /// Reads a document.
    /// - Throws: what is wrong first, and where.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.init(try JSONDocument(bytes, limits: limits).root)
    }

    /// Reads a document.
    /// - Throws: what is wrong first, and where.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// The value of `node` and all it holds.
    public init(_ node: JSONNode) {
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(node.bool ?? false)
        case .number: self = node.int64.map { .integer($0) } ?? .number(node.numberText ?? "0")
        case .string: self = .string(node.string ?? "")
        case .array: self = .array(node.elements.map { JSONValue($0) })
        case .object: self = .object(JSONObject(node.members.lazy.map { ($0.key, JSONValue($0.value)) }))
        }
    }

    /// What the value is.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .integer, .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// True for `null`.
    public var isNull: Bool { self == .null }

    /// The truth value; nil for everything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer; nil for everything else.
    public var int64: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The nearest double of a number; nil for everything else and beyond a double's range.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }

    /// The string; nil for everything else.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The elements; nil for everything else.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The members; nil for everything else.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The text of a scalar as it stands in a URL or a header; nil for null, arrays and objects.
    public var scalarText: String? {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let text), .string(let text): text
        case .null, .array, .object: nil
        }
    }

    /// The value of the member `key`; nil where there is none or this is no object.
    public subscript(key: String) -> JSONValue? { object?[key] }

    /// The element at `position`, from the end where it is negative; nil where there is none or this is no array.
    public subscript(position: Int) -> JSONValue? {
        guard let array else { return nil }
        let at = position >= 0 ? position : array.count &+ position
        return array.indices.contains(at) ? array[at] : nil
    }

    /// The value at `path`, the first one where it matches several; nil where there is none.
    public subscript(path: JSONPath) -> JSONValue? { first(path.steps[...]) }

    private func first(_ steps: ArraySlice<JSONPath.Step>) -> JSONValue? {
        guard let step = steps.first else { return self }
        let rest = steps.dropFirst()
        switch step {
        case .key(let key):
            if let member = self[key] { return member.first(rest) }
            return Int(key).flatMap { self[$0] }?.first(rest)
        case .position(let position): return self[position]?.first(rest)
        case .every:
            let children = array ?? object?.map(\.value) ?? []
            return children.lazy.compactMap { $0.first(rest) }.first { _ in true }
        }
    }
}

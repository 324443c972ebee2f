import JSON
import Models

/// Another record that a record points to.
public struct CanonicalReference: Sendable, Hashable {
    /// Its external id within the same integration.
    public var externalID: String?
    /// The domain of a company.
    public var domain: String?
    /// The e-mail address of a person.
    public var email: String?
    /// The name of a company or person, for display and as the weakest evidence.
    public var name: String?

    /// A reference.
    public init(externalID: String? = nil, domain: String? = nil, email: String? = nil, name: String? = nil) {
        self.externalID = externalID
        self.domain = domain
        self.email = email
        self.name = name
    }

    var isEmpty: Bool { externalID == nil && domain == nil && email == nil && name == nil }
}

/// The value of a canonical field.
public enum CanonicalValue: Sendable, Hashable {
    case null
    case text(String)
    case number(Double)
    /// A whole number.
    case integer(Int64)
    /// Decimal text.
    case money(String)
    case timestamp(Timestamp)
    case bool(Bool)
    case texts([String])
    indirect case reference(CanonicalReference)

    /// The text of a text or money; nil for everything else.
    public var text: String? {
        switch self {
        case .text(let text), .money(let text): text
        default: nil
        }
    }

    /// The time; nil for everything else.
    public var timestamp: Timestamp? { if case .timestamp(let time) = self { time } else { nil } }

    /// The number; nil for everything else.
    public var number: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    /// The texts; a single text counts as one; empty for everything else.
    public var texts: [String] {
        switch self {
        case .texts(let texts): texts
        case .text(let text): [text]
        default: []
        }
    }

    /// The reference; nil for everything else.
    public var reference: CanonicalReference? { if case .reference(let reference) = self { reference } else { nil } }

    /// Whether it is nothing.
    public var isNull: Bool { if case .null = self { true } else { false } }
}

/// What a record means: a type and the values of its fields.
public struct CanonicalRecord: Sendable, Hashable {
    /// The fields and their order.
    public let schema: CanonicalSchema
    /// The values, in the order of the schema's fields.
    public var values: [CanonicalValue]

    /// A record.
    public init(schema: CanonicalSchema, values: [CanonicalValue]) {
        self.schema = schema
        self.values = values
    }

    /// What it is.
    public var type: InteractionType { schema.type }

    /// The value of the field called `name`; null where there is none.
    public subscript(name: String) -> CanonicalValue {
        guard let index = schema.index(of: name), values.indices.contains(index) else { return .null }
        return values[index]
    }

    /// Appends the fields as a JSON object, in the schema's order, without those that are null.
    public func appendJSON(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        appendJSONMembers(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends `"field":value,…` without braces, so that others can be put beside them; nothing where all are null.
    public func appendJSONMembers(to bytes: inout [UInt8]) {
        var isFirst = true
        for (field, value) in zip(schema.fields, values) where !value.isNull {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONWriter.append(string: field.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value.appendJSON(to: &bytes)
        }
    }
}

extension CanonicalValue {
    /// Appends the value as JSON; money is a string, so that no reader rounds it.
    public func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .text(let text), .money(let text): JSONWriter.append(string: text, to: &bytes)
        case .number(let number): bytes.append(contentsOf: (number.isFinite ? Value.text(of: number) : "null").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .timestamp(let time): JSONWriter.append(string: time.description, to: &bytes)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .texts(let texts):
            bytes.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONWriter.append(string: text, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .reference(let reference):
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, text) in [
                ("external_id", reference.externalID), ("domain", reference.domain), ("email", reference.email),
                ("name", reference.name),
            ] {
                guard let text else { continue }
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONWriter.append(string: key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                JSONWriter.append(string: text, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

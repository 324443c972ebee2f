import JSON
import Models

/// How a record becomes one canonical record.
public struct MappingDefinition: Sendable {
    enum AlsoKey: String, LanguageKey {
        case type, when, map
    }

    /// One field.
    public struct Field: Sendable {
        /// Which field.
        var field: CanonicalField
        /// Where its value comes from.
        var source: FieldSourceDefinition
    }

    /// What the canonical record is.
    public var type: InteractionType
    /// The record yields it only where this holds.
    public var condition: Template?
    /// The fields.
    public var fields: [Field]

    /// The mapping of the object's own type.
    init(fields node: DefinitionNode, type: InteractionType, path: String, context: DecodingContext) {
        self.type = type
        let schema = CanonicalSchema.of(type)
        guard case .map(let entries) = node.content else {
            context.report(
                at: node.origin, path: path, "a map is expected, not \(node.kindName)",
                advice: "write field: path, one a line")
            fields = []
            return
        }
        fields = entries.compactMap { entry in
            guard let field = Self.field(entry, of: type, schema: schema, path: path, context: context),
                let source = FieldSourceDefinition(
                    entry.value, kind: field.kind, path: "\(path).\(entry.key)", context: context)
            else { return nil }
            return Field(field: field, source: source)
        }
        if entries.isEmpty {
            context.report(
                at: node.origin, path: path, "the mapping is empty", advice: "map at least one field of \(type.name)")
        }
    }

    /// An entry of `also`.
    init?(also node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<AlsoKey>(node, path: path, context: context)
        guard let name = reader.text(.type) else {
            if !reader.has(.type) {
                reader.missing(.type, advice: "say what the record is as well, such as type: contacts")
            }
            return nil
        }
        guard let map = reader[.map] else {
            reader.missing(.map, advice: "map at least one field of \(name)")
            return nil
        }
        let type = InteractionType(name)
        guard InteractionType.canonical.contains(type) else {
            reader.report(
                .type, "'\(name)' is not a canonical type",
                advice: NearestName.advice(for: name, among: InteractionType.canonical.map(\.name)))
            return nil
        }
        self.init(fields: map, type: type, path: reader.path(of: .map), context: context)
        condition = reader.condition(.when, names: .mapping)
    }

    private static func field(
        _ entry: DefinitionNode.Entry, of type: InteractionType, schema: CanonicalSchema?, path: String,
        context: DecodingContext
    ) -> CanonicalField? {
        guard let schema else { return CanonicalField(entry.key, .any) }
        if let index = schema.index(of: entry.key) { return schema.fields[index] }
        context.report(
            at: entry.keyOrigin, path: path, "\(type.name) have no field '\(entry.key)'",
            advice: NearestName.advice(for: entry.key, among: schema.fields.map(\.name)))
        return nil
    }

    var templates: [Template] {
        (condition.map { [$0] } ?? []) + fields.flatMap(\.source.templates)
    }
}

/// Where the value of a canonical field comes from.
public enum FieldSourceDefinition: Sendable {
    enum Key: String, LanguageKey {
        case from, format, values, otherwise
    }

    enum ReferenceKey: String, LanguageKey {
        case externalID = "external_id", domain, email, name
    }

    /// Taken as it is, read in the given format where it is a time.
    case value(ValueSource, format: TimestampFormat?)
    /// Looked up among the provider's values.
    case lookup(ValueSource, values: [String: String], otherwise: String?)
    /// Another record.
    case reference(externalID: ValueSource?, domain: ValueSource?, email: ValueSource?, name: ValueSource?)

    init?(_ node: DefinitionNode, kind: CanonicalKind, path: String, context: DecodingContext) {
        switch node.content {
        case .text(let text):
            guard let source = ValueSource(text, at: node.origin, path: path, context: context, names: .mapping) else {
                return nil
            }
            self =
                kind == .reference
                ? .reference(externalID: source, domain: nil, email: nil, name: nil) : .value(source, format: nil)
        case .map where kind == .reference:
            let reader = KeyedReader<ReferenceKey>(node, path: path, context: context)
            self = .reference(
                externalID: reader.source(.externalID, names: .mapping),
                domain: reader.source(.domain, names: .mapping),
                email: reader.source(.email, names: .mapping), name: reader.source(.name, names: .mapping))
        case .map:
            let reader = KeyedReader<Key>(node, path: path, context: context)
            guard let source = reader.source(.from, names: .mapping) else {
                if !reader.has(.from) {
                    reader.missing(.from, advice: "write the path of the field, such as from: status")
                }
                return nil
            }
            self.init(reader, source: source, kind: kind)
        default:
            context.report(
                at: node.origin, path: path, "a path is expected, not \(node.kindName)",
                advice: "write the path of the record's field; for a fixed value write \"{{ 'value' }}\"")
            return nil
        }
    }

    private init(_ reader: KeyedReader<Key>, source: ValueSource, kind: CanonicalKind) {
        let format = reader.timestampFormat(.format)
        if format != nil, kind != .timestamp {
            reader.report(.format, "only times have a format", advice: "remove 'format'")
        }
        guard reader.has(.values) else {
            if reader.has(.otherwise) {
                reader.report(
                    .otherwise, "'otherwise' needs 'values'",
                    advice: "write values: { theirs: ours }, or use the filter default")
            }
            self = .value(source, format: format)
            return
        }
        var values: [String: String] = [:]
        for entry in reader.entries(.values) {
            switch entry.value.content {
            case .text(let text), .number(let text): values[entry.key] = text
            case .bool(let value): values[entry.key] = value ? "true" : "false"
            default:
                reader.context.report(
                    at: entry.value.origin, path: reader.path(of: .values),
                    "a text is expected, not \(entry.value.kindName)",
                    advice: "write the value in our words")
            }
        }
        let otherwise = reader.text(.otherwise)
        if case .choice(let choices) = kind {
            for entry in reader.entries(.values) {
                guard let value = values[entry.key], !choices.contains(value) else { continue }
                reader.context.report(
                    at: entry.value.origin, path: reader.path(of: .values), "'\(value)' is not possible here",
                    advice: NearestName.advice(for: value, among: choices))
            }
            if let otherwise, !choices.contains(otherwise) {
                reader.report(
                    .otherwise, "'\(otherwise)' is not possible here",
                    advice: NearestName.advice(for: otherwise, among: choices))
            }
        }
        self = .lookup(source, values: values, otherwise: otherwise)
    }

    var templates: [Template] {
        let sources: [ValueSource?] =
            switch self {
            case .value(let source, _), .lookup(let source, _, _): [source]
            case .reference(let externalID, let domain, let email, let name): [externalID, domain, email, name]
            }
        return sources.compactMap { if case .template(let template)? = $0 { template } else { nil } }
    }
}

import JSON
import Models

/// Turns records into canonical records. Compiled once per definition; safe to use from several tasks.
public struct Mapper: Sendable {
    private struct Field: Sendable {
        var index: Int
        var definition: CanonicalField
        var source: FieldSourceDefinition
    }

    private struct Target: Sendable {
        var schema: CanonicalSchema
        var empty: [CanonicalValue]
        var condition: Template?
        var fields: [Field]
    }

    private let targets: [Target]
    private let settings: Value

    /// The schemas of the canonical records that one record may yield, the object's own type first.
    public var schemas: [CanonicalSchema] { targets.map(\.schema) }

    /// The mapper of `definition`. A custom type without `map` yields nothing.
    public init(_ definition: ResolvedDefinition) {
        settings = definition.mappingSettings
        targets = definition.object.mappings.map { mapping in
            let schema = CanonicalSchema.of(mapping.type) ?? CanonicalSchema(mapping.type, mapping.fields.map(\.field))
            let fields = mapping.fields.compactMap { field in
                schema.index(of: field.field.name).map {
                    Field(index: $0, definition: field.field, source: field.source)
                }
            }
            return Target(
                schema: schema, empty: Array(repeating: .null, count: schema.fields.count),
                condition: mapping.condition,
                fields: fields)
        }
    }

    /// The canonical records of the record in `payload`, which must be a JSON object.
    /// - Throws: `JSONError` where it is not valid JSON.
    public func map(_ payload: ArraySlice<UInt8>, tally: inout MappingTally) throws(JSONError) -> [CanonicalRecord] {
        map(try JSONDocument(payload).root, tally: &tally)
    }

    /// The canonical records of `record`. What does not fit a field leaves it null and is counted in `tally`.
    public func map(_ record: JSONNode, tally: inout MappingTally) -> [CanonicalRecord] {
        var records: [CanonicalRecord] = []
        records.reserveCapacity(targets.count)
        for target in targets {
            if let condition = target.condition {
                do {
                    guard try condition.value(in: scope(record), gap: .isEmpty).isTrue else { continue }
                } catch {
                    tally.count(target.schema.type, field: "when", reason: error.description)
                    continue
                }
            }
            var values = target.empty
            var found = 0
            for field in target.fields {
                do {
                    let value = try self.value(of: field.source, of: field.definition, record)
                    if !value.isNull { found += 1 }
                    values[field.index] = value
                } catch {
                    tally.count(target.schema.type, field: field.definition.name, reason: error.description)
                }
            }
            tally.add(fieldsFound: found)
            records.append(CanonicalRecord(schema: target.schema, values: values))
        }
        return records
    }

    private func scope(_ record: JSONNode) -> Scope {
        var scope = Scope()
        scope.record = record
        scope.settings = settings
        return scope
    }

    private func value(
        of source: FieldSourceDefinition, of field: CanonicalField, _ record: JSONNode
    ) throws(ExpressionFailure) -> CanonicalValue {
        switch source {
        case .value(.path(let path), let format):
            if path.isPlural, field.kind == .texts { return try Coercion.texts(of: record.all(path), field) }
            guard let node = record[path] else { return .null }
            return try Coercion.value(of: node, field, format: format)
        case .value(.template(let template), let format):
            return try Coercion.value(of: try template.value(in: scope(record), gap: .isEmpty), field, format: format)
        case .lookup(let source, let values, let otherwise):
            let key = try text(of: source, record)
            guard let found = key.flatMap({ values[$0] }) ?? otherwise else {
                if key == nil { return .null }
                throw ExpressionFailure("the provider's value is not among 'values'")
            }
            return try Coercion.value(of: .text(found), field, format: nil)
        case .reference(let externalID, let domain, let email, let name):
            var reference = CanonicalReference()
            if let externalID { reference.externalID = try text(of: externalID, record) }
            if let domain { reference.domain = try text(of: domain, record).flatMap { DomainName(in: $0)?.name } }
            if let email { reference.email = try text(of: email, record)?.lowercased() }
            if let name { reference.name = try text(of: name, record) }
            return reference.isEmpty ? .null : .reference(reference)
        }
    }

    /// The text of a scalar; nil for nothing and the empty text.
    private func text(of source: ValueSource, _ record: JSONNode) throws(ExpressionFailure) -> String? {
        let text: String?
        switch source {
        case .path(let path):
            guard let node = record[path], !node.isNull else { return nil }
            guard let scalar = node.scalarText else {
                throw ExpressionFailure("a text is expected, not \(node.kind.rawValue)")
            }
            text = scalar
        case .template(let template):
            let value = try template.value(in: scope(record), gap: .isEmpty)
            if value.isNull { return nil }
            guard let scalar = value.scalarText else {
                throw ExpressionFailure("a text is expected, not \(value.kind.names)")
            }
            text = scalar
        }
        guard let trimmed = text.map(Coercion.trimmed), !trimmed.isEmpty else { return nil }
        return trimmed
    }
}

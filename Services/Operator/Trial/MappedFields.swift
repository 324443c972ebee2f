import Catalog
import JSON
import Models

/// The canonical records of a record, each field beside the place that it came from.
package struct MappedFields: Sendable {
    /// A field.
    package struct Field: Sendable, Equatable {
        /// The canonical field.
        package let name: String
        /// Its value, as text; nil where it is empty.
        package let value: String?
        /// What the definition says.
        package let source: String
        /// What stands there in the record, where the source is a path.
        package let found: String?
    }

    /// A canonical record.
    package struct Canonical: Sendable, Equatable {
        /// Its type.
        package let type: String
        /// The fields that the definition maps.
        package let fields: [Field]
    }

    private let mapper: Mapper
    private let sources: [String: [(name: String, source: DefinitionNode)]]
    /// What did not fit, with how often.
    package private(set) var tally = MappingTally()

    /// The mapping of `definition`.
    package init(_ definition: ResolvedDefinition) {
        mapper = Mapper(definition)
        var sources: [String: [(name: String, source: DefinitionNode)]] = [:]
        func add(_ map: DefinitionNode?, type: String) {
            sources[type] = (map?.entries ?? []).map { ($0.key, $0.value) }
        }
        add(definition.tree["map"], type: definition.object.type.name)
        if case .list(let others)? = definition.tree["also"]?.content {
            for other in others {
                if case .text(let type)? = other["type"]?.content { add(other["map"], type: type) }
            }
        }
        self.sources = sources
    }

    /// The canonical records of `payload`.
    package mutating func canonical(_ payload: ArraySlice<UInt8>) throws -> [Canonical] {
        let record = try JSONValue(parsing: Array(payload))
        return try mapper.map(payload, tally: &tally).map { mapped in
            let values = try Self.written(mapped)
            return Canonical(
                type: mapped.type.name,
                fields: (sources[mapped.type.name] ?? []).map { name, source in
                    Field(
                        name: name, value: values[name].flatMap(Self.text), source: Self.text(source),
                        found: Self.path(source).flatMap { record[$0] }.flatMap(Self.text))
                })
        }
    }

    /// The canonical records of `payload` as exchange files write them.
    package mutating func written(_ payload: ArraySlice<UInt8>) throws -> [JSONValue] {
        try mapper.map(payload, tally: &tally).map(Self.written)
    }

    private static func written(_ record: CanonicalRecord) throws -> JSONValue {
        var json = [UInt8(ascii: "{")]
        record.appendJSONMembers(to: &json)
        let members = try JSONValue(parsing: json + [UInt8(ascii: "}")]).object ?? JSONObject()
        return .object(JSONObject([("type", .string(record.type.name))] + members.map { ($0.key, $0.value) }))
    }

    private static func text(_ value: JSONValue) -> String? { value.isNull ? nil : value.scalarText ?? value.text }

    private static func text(_ source: DefinitionNode) -> String {
        if case .text(let text) = source.content { return text }
        if let from = source["from"] { return text(from) + (source["values"] == nil ? "" : ", by its values") }
        return String(decoding: source.canonicalJSON, as: UTF8.self)
    }

    /// The path of a source that is one.
    private static func path(_ source: DefinitionNode) -> JSONPath? {
        switch source.content {
        case .text(let text): text.contains("{{") ? nil : try? JSONPath(text)
        case .map: source["from"].flatMap(path) ?? source["external_id"].flatMap(path)
        default: nil
        }
    }
}

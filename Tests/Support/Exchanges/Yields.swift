import Catalog
import JSON
import Models

/// What a record came to, in the form in which an exchange file writes it under `yields`.
package struct Yields {
    private struct Record {
        var description: JSONValue
        var payload: JSONValue?
    }

    private var records: [Record] = []
    private var tally = MappingTally()
    private let mapper: Mapper

    /// Nothing yet, of `definition`.
    package init(_ definition: ResolvedDefinition) { mapper = Mapper(definition) }

    /// Adds the records of a page.
    package mutating func add(_ page: FetchedPage) throws {
        for record in page.records {
            if let rejection = record.rejection {
                add(rejected: rejection)
            } else {
                try add(
                    id: record.externalID, modifiedAt: record.modifiedAt, isDeleted: record.isDeleted,
                    payload: record.payload)
            }
        }
    }

    /// Adds a record that cannot be stored.
    package mutating func add(rejected reason: String) {
        records.append(Record(description: ["rejected": .string(reason)]))
    }

    /// Adds a record.
    package mutating func add(id: String, modifiedAt: Timestamp?, isDeleted: Bool, payload: ArraySlice<UInt8>?) throws {
        var members: [(String, JSONValue)] = [("id", .string(id))]
        if let modifiedAt { members.append(("modified_at", .string(modifiedAt.description))) }
        if isDeleted {
            members.append(("deleted", true))
        } else if let payload {
            let mapped = try Self.canonical(payload, mapper, &tally)
            // A type of the provider's own may have no canonical fields; `payload` can be written instead.
            if !mapped.isEmpty { members.append(("records", .array(mapped))) }
        }
        records.append(
            Record(
                description: .object(JSONObject(members)),
                payload: try payload.map { try JSONValue(parsing: Array($0)) }))
    }

    /// The canonical records of `payload`.
    package static func canonical(_ payload: ArraySlice<UInt8>, of definition: ResolvedDefinition) throws -> [JSONValue]
    {
        var tally = MappingTally()
        return try canonical(payload, Mapper(definition), &tally)
    }

    private static func canonical(_ payload: ArraySlice<UInt8>, _ mapper: Mapper, _ tally: inout MappingTally) throws
        -> [JSONValue]
    {
        try mapper.map(payload, tally: &tally).map { record in
            var json = [UInt8(ascii: "{")]
            record.appendJSONMembers(to: &json)
            let members = try JSONValue(parsing: json + [UInt8(ascii: "}")]).object ?? JSONObject()
            return .object(JSONObject([("type", .string(record.type.name))] + members.map { ($0.key, $0.value) }))
        }
    }

    /// How the records differ from those `written`.
    package func differences(from written: [JSONValue]) -> [String] {
        var found: [String] = []
        for (index, pair) in zip(records, written).enumerated() {
            found += ValueComparison.differences(
                Self.comparable(pair.0, with: pair.1), Self.withoutEmptyRecords(pair.1), at: "yields[\(index)]")
        }
        for record in records.dropFirst(written.count) {
            found.append("yields: a record came that is not written: \(record.description.text)")
        }
        for record in written.dropFirst(records.count) {
            found.append("yields: a record is written and did not come: \(record.text)")
        }
        return found
            + tally.problems.keys.map { "mapping: the field \($0.field) of \($0.type.name): \($0.reason)" }.sorted()
    }

    /// The payload is compared only where it is written.
    private static func comparable(_ record: Record, with written: JSONValue) -> JSONValue {
        guard written["payload"] != nil, let payload = record.payload, var object = record.description.object else {
            return record.description
        }
        object["payload"] = payload
        return .object(object)
    }

    private static func withoutEmptyRecords(_ written: JSONValue) -> JSONValue {
        guard var object = written.object, object["records"]?.array?.isEmpty == true else { return written }
        object["records"] = nil
        return .object(object)
    }
}

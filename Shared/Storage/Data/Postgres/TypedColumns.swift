import Models
import Postgres

/// The columns of a typed table with the arrays that fill them, built up one after the other. Statement texts are the
/// same for every batch of a table, so that each is prepared once.
struct TypedColumns {
    private(set) var names: [String] = []
    private(set) var parameters: [PostgresValue] = []
    private var types: [String] = []
    private var casts: [String] = []

    /// Adds a column. `type` is that of the array's elements; `cast` is what a text is cast to in the statement.
    mutating func add(_ name: String, _ type: String, _ values: PostgresValue, cast: String? = nil) {
        names.append(name)
        types.append(type)
        casts.append(cast.map { "\(name)::\($0)" } ?? name)
        parameters.append(values)
    }

    /// Adds the canonical fields of `type`.
    mutating func add(_ records: [MappedRecord], of type: InteractionType) {
        for (index, column) in CanonicalColumn.columns(of: type).enumerated() {
            switch column.kind {
            case .text:
                add(column.name, "text", .textArray(records.map { Self.text($0, index) }))
            case .decimal, .money:
                add(column.name, "text", .textArray(records.map { Self.decimal($0, index) }), cast: "numeric")
            case .timestamp:
                add(column.name, "timestamptz", .timestampArray(records.map { Self.timestamp($0, index) }))
            case .texts:
                add(column.name, "json", .jsonArray(records.map { Self.texts($0, index) }))
            }
        }
    }

    /// Adds a link to an account or contact.
    mutating func add(_ links: [RecordLink?], to role: EntityRole) {
        let name = role.rawValue
        add("\(name)_id", "uuid", .uuidArray(links.map { $0?.entity }))
        add("\(name)_rule", "text", .textArray(links.map { $0?.rule?.rawValue }), cast: "tributary.match_rule")
        add("\(name)_external_id", "text", .textArray(links.map { $0?.reference.externalID }))
        add(
            role == .account ? "account_domain" : "contact_email", "text",
            .textArray(links.map { $0?.reference.identity }))
    }

    /// `insert into <table> as r … select … from unnest …`, with revision 1 and `changed_at` as the last parameter.
    func insert(into table: String) -> String {
        let arrays = types.enumerated().map { "$\($0.offset + 1)::\($0.element)[]" }
        return """
            insert into tributary.\(table) as r (\(names.joined(separator: ", ")), revision, changed_at)
            select \(casts.joined(separator: ", ")), 1, $\(names.count + 1)::timestamptz
            from unnest(\(arrays.joined(separator: ", "))) as t (\(names.joined(separator: ", ")))
            """
    }

    /// `set …` of an update on conflict for every column except `key`.
    func assignments(except key: Set<String>) -> String {
        names.filter { !key.contains($0) }.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
            + ", revision = r.revision + 1, changed_at = excluded.changed_at, deleted_at = null"
    }

    private static func text(_ record: MappedRecord, _ index: Int) -> String? {
        guard record.values.indices.contains(index), case .text(let text) = record.values[index] else { return nil }
        return text
    }

    private static func decimal(_ record: MappedRecord, _ index: Int) -> String? {
        guard record.values.indices.contains(index), case .decimal(let text) = record.values[index] else { return nil }
        return text
    }

    private static func texts(_ record: MappedRecord, _ index: Int) -> ArraySlice<UInt8>? {
        guard record.values.indices.contains(index), case .texts(let texts) = record.values[index] else { return nil }
        return StoredTexts.json(texts)[...]
    }

    private static func timestamp(_ record: MappedRecord, _ index: Int) -> Timestamp? {
        guard record.values.indices.contains(index), case .timestamp(let time) = record.values[index] else {
            return nil
        }
        return time
    }
}

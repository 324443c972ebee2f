import Models
import Postgres

extension PostgresDataSession {
    func upsert(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) async throws -> [PublicID] {
        // An insert that has to look for a conflict first costs half as much again.
        let new = rows.filter(\.isNew)
        try await write(role, new, now: now, onConflict: nil)
        return try await new.map(\.id)
            + write(
                role, rows.filter { !$0.isNew }, now: now,
                // The source that describes it now may always say something new, and a deleted one is described anew.
                onConflict: """
                    r.deleted_at is not null
                    or (r.source_object_id = excluded.source_object_id
                      and r.source_external_id = excluded.source_external_id)
                    or (excluded.source_modified, excluded.source_object_id, excluded.source_external_id)
                      > (r.source_modified, r.source_object_id, r.source_external_id)
                    """)
    }

    func replace(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) async throws {
        try await write(role, rows, now: now, onConflict: "true")
    }

    /// - Parameter condition: where a row that there is already is overwritten; nil where there is none.
    @discardableResult
    private func write(
        _ role: EntityRole, _ rows: [EntityRow], now: Timestamp, onConflict condition: String?
    ) async throws -> [PublicID] {
        guard !rows.isEmpty else { return [] }
        let rows = rows.sorted { $0.id < $1.id }
        var columns = TypedColumns()
        columns.add("id", "uuid", .uuidArray(rows.map(\.id)))
        columns.add("customer_id", "bigint", .intArray(rows.map(\.customerID)))
        columns.add("integration_id", "bigint", .intArray(rows.map(\.integrationID)))
        columns.add("source_object_id", "bigint", .intArray(rows.map(\.source.interaction.objectID)))
        columns.add("source_external_id", "text", .textArray(rows.map(\.source.interaction.externalID)))
        columns.add("source_modified", "timestamptz", .timestampArray(rows.map(\.source.modified)))
        if role == .contact { columns.add(rows.map(\.account), to: .account) }
        columns.add(rows.map(\.record), of: role.type)
        let insert = columns.insert(into: role.type.name)
        guard let condition else {
            try await session.query(insert, columns.parameters + [.timestamp(now)])
            return rows.map(\.id)
        }
        let statement = """
            \(insert)
            on conflict (id) do update set \(columns.assignments(except: ["id", "customer_id"]))
            where \(condition)
            returning r.id
            """
        return try await session.query(statement, columns.parameters + [.timestamp(now)]).rows.map {
            try $0.uuid("id")
        }
    }

    func upsert(_ type: InteractionType, _ rows: [TypedRow], now: Timestamp) async throws {
        // No condition: whoever writes here has just stored the Interaction's newer version and holds its row.
        let conflict = "on conflict (object_id, external_id) do update set"
        try await write(type, rows.filter(\.isNew), now: now, onConflict: nil)
        try await write(type, rows.filter { !$0.isNew }, now: now, onConflict: conflict)
    }

    private func write(
        _ type: InteractionType, _ rows: [TypedRow], now: Timestamp, onConflict conflict: String?
    ) async throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.key < $1.key }
        var columns = TypedColumns()
        columns.add("object_id", "bigint", .intArray(rows.map(\.key.objectID)))
        columns.add("external_id", "text", .textArray(rows.map(\.key.externalID)))
        columns.add("customer_id", "bigint", .intArray(rows.map(\.customerID)))
        columns.add("integration_id", "bigint", .intArray(rows.map(\.integrationID)))
        columns.add(rows.map(\.account), to: .account)
        columns.add(rows.map(\.contact), to: .contact)
        columns.add(rows.map(\.record), of: type)
        var statement = columns.insert(into: type.name)
        if let conflict {
            statement += "\n\(conflict) " + columns.assignments(except: ["object_id", "external_id", "customer_id"])
        }
        try await session.query(statement, columns.parameters + [.timestamp(now)])
    }

    func delete(_ type: InteractionType, _ keys: [InteractionKey], now: Timestamp) async throws -> [InteractionKey] {
        guard !keys.isEmpty else { return [] }
        return try await session.query(
            """
            update tributary.\(type.name) r set deleted_at = $3, changed_at = $3, revision = r.revision + 1
            from unnest($1::bigint[], $2::text[]) as t (object_id, external_id)
            where r.object_id = t.object_id and r.external_id = t.external_id and r.deleted_at is null
            returning r.object_id, r.external_id
            """,
            [.intArray(keys.map(\.objectID)), .textArray(keys.map(\.externalID)), .timestamp(now)]
        ).rows.map { row in
            InteractionKey(objectID: try row.int("object_id"), externalID: try row.text("external_id"))
        }
    }

    func described(_ role: EntityRole, _ ids: [PublicID], by sources: [InteractionKey]) async throws -> [PublicID] {
        guard !ids.isEmpty else { return [] }
        let sources = Set(sources)
        return try await session.query(
            """
            select r.id, r.source_object_id, r.source_external_id
            from tributary.\(role.type.name) r where r.id = any($1::uuid[]) and r.deleted_at is null
            order by r.id for no key update
            """,
            [.uuidArray(ids)]
        ).rows.compactMap { row in
            let source = InteractionKey(
                objectID: try row.int("source_object_id"), externalID: try row.text("source_external_id"))
            return sources.contains(source) ? try row.uuid("id") : nil
        }
    }

    func sources(_ role: EntityRole, of ids: [PublicID]) async throws -> [EntitySource] {
        guard !ids.isEmpty else { return [] }
        return try await session.query(
            """
            select m.entity_id, i.object_id, i.external_id, i.definition, i.payload,
              least(coalesce(i.modified_at, i.modified), i.modified + interval '1 day') as modified
            from unnest($1::uuid[]) as t (id)
            join tributary.matches m on m.entity_id = t.id and m.live and m.role = $2::text::tributary.entity_role
            join tributary.interactions i on i.object_id = m.object_id and i.external_id = m.external_id
            where i.deleted_at is null and i.payload is not null
            """,
            [.uuidArray(ids), .text(role.rawValue)]
        ).rows.map { row in
            EntitySource(
                entity: try row.uuid("entity_id"),
                source: SourcePrecedence(
                    modified: try row.timestamp("modified"),
                    interaction: InteractionKey(
                        objectID: try row.int("object_id"), externalID: try row.text("external_id"))),
                definition: try row.text("definition"), payload: try row.json("payload"))
        }
    }

    func delete(_ role: EntityRole, _ ids: [PublicID], now: Timestamp) async throws {
        guard !ids.isEmpty else { return }
        try await session.query(
            """
            update tributary.\(role.type.name) set deleted_at = $2, changed_at = $2, revision = revision + 1
            where id = any($1::uuid[]) and deleted_at is null
            """,
            [.uuidArray(ids.sorted()), .timestamp(now)])
    }
}

import Models
import Postgres

/// The outbox and the rejected messages in Postgres.
public struct PostgresPublicationStore: PublicationStore {
    private let database: any PostgresDatabase

    /// The tables of `database`, which is connected as the processor's role.
    public init(_ database: any PostgresDatabase) { self.database = database }

    /// Publishes the oldest rows of a free shard.
    public func publishRecords(
        limit: Int, _ send: @Sendable ([PublishedRecord]) async throws -> Void
    ) async throws -> Int? {
        // Asked many times a second and nearly always for nothing, so not in a transaction yet.
        let any = try await database.query("select exists (select 1 from tributary.outbox) as any").rows.first?.bool(
            "any")
        guard any == true else { return nil }
        return try await database.transaction { session in
            try await session.query(PostgresDataStore.settings)
            try await session.query(PublishingPatience.statement)
            let shard = try await session.query(
                """
                select s.shard from tributary.outbox_shards s
                where exists (select 1 from tributary.outbox o where o.shard = s.shard)
                order by random() limit 1 for update skip locked
                """
            ).rows.first?.int("shard")
            guard let shard else { return nil }
            var rows: [String: [Int64]] = [:]
            var keys: Int64 = 0
            for row in try await session.query(
                """
                select id, type, coalesce(cardinality(entity_ids), cardinality(external_ids), 0) as keys
                from tributary.outbox where shard = $1 order by id limit 500
                """, [.int(shard)]
            ).rows where keys < Int64(limit) {
                rows[try row.text("type"), default: []].append(try row.int("id"))
                keys += try row.int("keys")
            }
            var records: [PublishedRecord] = []
            for (type, ids) in rows.sorted(by: { $0.key < $1.key }) {
                records += try await Self.state(of: type, rows: ids, shard: shard, session)
            }
            try await send(records)
            try await session.query(
                "delete from tributary.outbox where shard = $1 and id = any($2::bigint[])",
                [.int(shard), .intArray(rows.values.flatMap { $0 })])
            return records.count
        }
    }

    private static func state(
        of name: String, rows: [Int64], shard: Int64, _ session: any PostgresSession
    ) async throws -> [PublishedRecord] {
        guard let query = queries[name] else {
            throw Failure(.internalFault, "the outbox holds keys of an unknown type")
        }
        return try await session.query(query, [.int(shard), .intArray(rows)]).rows.map { row in
            let type = InteractionType(name)
            let key: PublishedRecord.Key =
                EntityRole(type) == nil
                ? .record(
                    InteractionKey(objectID: try row.int("object_id"), externalID: try row.text("external_id")))
                : .entity(try row.uuid("id"))
            return PublishedRecord(
                type: type, key: key, objectID: try row.intIfPresent("source_object_id"),
                externalID: try row.textIfPresent("source_external_id"),
                revision: try row.intIfPresent("revision") ?? 0, changedAt: try row.timestampIfPresent("changed_at"),
                fields: try row.jsonIfPresent("fields"))
        }
    }

    /// One statement per type: the keys of outbox rows, each once, with their current state.
    private static let queries: [String: String] = {
        var queries: [String: String] = [:]
        for type in InteractionType.canonical {
            let isEntity = EntityRole(type) != nil
            var columns = CanonicalColumn.columns(of: type).map {
                $0.kind == .money ? "r.\($0.name)::text as \($0.name)" : "r.\($0.name)"
            }
            if type != .accounts { columns += ["r.account_id", "r.account_rule"] }
            if !isEntity { columns += ["r.contact_id", "r.contact_rule"] }
            let fields = "case when r.deleted_at is null then row_to_json((select x from (select "
            queries[type.name] =
                isEntity
                ? """
                select k.id, r.source_object_id, r.source_external_id, r.revision::bigint as revision, r.changed_at,
                  \(fields)r.id, \(columns.joined(separator: ", "))) x)) end as fields
                from (select distinct unnest(entity_ids) as id from tributary.outbox
                  where shard = $1 and id = any($2::bigint[])) k
                left join tributary.\(type.name) r on r.id = k.id
                """
                : """
                select k.object_id, k.external_id, r.object_id as source_object_id,
                  r.external_id as source_external_id, r.revision::bigint as revision, r.changed_at,
                  \(fields)\(columns.joined(separator: ", "))) x)) end as fields
                from (select distinct object_id, unnest(external_ids) as external_id from tributary.outbox
                  where shard = $1 and id = any($2::bigint[])) k
                left join tributary.\(type.name) r on r.object_id = k.object_id and r.external_id = k.external_id
                """
        }
        queries[InteractionType.custom("").topicSuffix] = """
            select k.object_id, k.external_id, r.object_id as source_object_id, r.external_id as source_external_id,
              r.revision::bigint as revision, r.modified as changed_at,
              case when r.deleted_at is null then r.payload end as fields
            from (select distinct object_id, unnest(external_ids) as external_id from tributary.outbox
              where shard = $1 and id = any($2::bigint[])) k
            left join tributary.interactions r on r.object_id = k.object_id and r.external_id = k.external_id
            """
        return queries
    }()

    /// Publishes the oldest rejected messages.
    public func publishRejected(
        limit: Int, _ send: @Sendable ([DeadLetter]) async throws -> Void
    ) async throws -> Int {
        let any = try await database.query(
            "select exists (select 1 from tributary.rejected where topic is not null and published_at is null) as any"
        ).rows.first?.bool("any")
        guard any == true else { return 0 }
        return try await database.transaction { session in
            let rows = try await session.query(
                """
                select id, reason, rejected_at, topic, partition, message_offset, key, value, headers
                from tributary.rejected where topic is not null and published_at is null
                order by id limit $1 for update skip locked
                """, [.int(Int64(limit))]
            ).rows
            guard !rows.isEmpty else { return 0 }
            try await send(
                rows.map { row in
                    DeadLetter(
                        reason: try row.text("reason"), rejectedAt: try row.timestamp("rejected_at"),
                        topic: try row.text("topic"), partition: Int32(truncatingIfNeeded: try row.int("partition")),
                        offset: try row.int("message_offset"), key: try row.bytesIfPresent("key")?[...],
                        value: try row.bytesIfPresent("value")?[...],
                        headers: StoredTexts.headers(try row.json("headers")))
                })
            try await session.query(
                "update tributary.rejected set published_at = now() where id = any($1::bigint[])",
                [.intArray(try rows.map { try $0.int("id") })])
            return rows.count
        }
    }

    /// The cluster that the topics were published to.
    public func publishedCluster() async throws -> String? {
        try await database.query("select cluster_id from tributary.published_cluster").rows.first?.text("cluster_id")
    }

    /// Notes that the topics are published to `cluster` from now on.
    @discardableResult
    public func publish(to cluster: String, everything: Bool) async throws -> Int {
        try await database.transaction { session in
            try await session.query(
                """
                insert into tributary.published_cluster (cluster_id) values ($1)
                on conflict (only_row) do update set cluster_id = excluded.cluster_id, published_at = now()
                """, [.text(cluster)])
            guard everything else { return 0 }
            return Int(try await session.query("select tributary.republish() as keys").rows.first?.int("keys") ?? 0)
        }
    }
}

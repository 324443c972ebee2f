import Models
import Postgres

extension PostgresDataSession {
    func upsert(_ interactions: [InteractionRow], now: Timestamp) async throws -> [UpsertOutcome] {
        guard !interactions.isEmpty else { return [] }
        // A first sync knows none of them. Not looking out for conflicts halves the time; where another processor
        // inserts one at this very moment, the transaction fails and is done again, knowing that.
        let isNoneKnown = try await session.query(
            Self.anyKnown,
            [.intArray(interactions.map(\.key.objectID)), .textArray(interactions.map(\.key.externalID))]
        ).rows.isEmpty
        if isNoneKnown {
            try await copy(interactions, now: now)
            return Array(repeating: .inserted, count: interactions.count)
        }
        let values: [PostgresValue] = [
            .intArray(interactions.map(\.key.objectID)), .textArray(interactions.map(\.key.externalID)),
            .intArray(interactions.map(\.customerID)),
            .timestampArray(interactions.map(\.version.version.modified)),
            .intArray(interactions.map(\.version.version.run)),
            .intArray(interactions.map { Int64($0.version.version.attempt) }),
            .intArray(interactions.map { Int64($0.version.version.page) }),
            .intArray(interactions.map { Int64($0.version.version.index) }),
            .boolArray(interactions.map(\.version.isSwept)), .uuidArray(interactions.map(\.contentHash)),
            .timestampArray(interactions.map(\.modifiedAt)), .intArray(interactions.map(\.run)),
            .timestampArray(interactions.map(\.deletedAt)), .textArray(interactions.map(\.definition)),
            .jsonArray(interactions.map(\.payload)), .timestamp(now),
        ]
        let result = try await session.query(Self.upsertInteractions, values)
        return try Self.outcomes(of: interactions, written: result.rows)
    }

    private func copy(_ interactions: [InteractionRow], now: Timestamp) async throws {
        let size = interactions.reduce(0) { $0 + ($1.payload?.count ?? 0) + 256 }
        var rows = CopyRows(columns: 17, estimatedSize: size)
        for interaction in interactions {
            let version = interaction.version.version
            rows.row()
            rows.add(interaction.key.objectID)
            try rows.add(interaction.key.externalID)
            rows.add(interaction.customerID)
            try rows.add(version.modified)
            rows.add(version.run)
            rows.add(version.attempt)
            rows.add(version.page)
            rows.add(version.index)
            rows.add(interaction.version.isSwept)
            rows.add(interaction.contentHash)
            try rows.add(interaction.modifiedAt)
            rows.add(interaction.run)
            try rows.add(interaction.deletedAt)
            try rows.add(interaction.definition)
            try rows.add(json: interaction.payload)
            try rows.add(now)
            rows.add(Int32(1))
        }
        try await session.copy("copy tributary.interactions (\(Self.columns)) from stdin (format binary)", rows)
    }

    private static let columns = """
        object_id, external_id, customer_id, modified, run, attempt, page, index, swept, content_hash, modified_at,
          changed_run, deleted_at, definition, payload, first_seen, revision
        """

    /// The statement returns the rows that it wrote in the order in which they were given, so one walk tells which
    /// ones those are.
    private static func outcomes(
        of interactions: [InteractionRow], written rows: PostgresRows
    ) throws -> [UpsertOutcome] {
        var outcomes = Array(repeating: UpsertOutcome.unchanged, count: interactions.count)
        var index = 0
        for row in rows {
            let objectID = try row.int("object_id")
            let externalID = try row.text("external_id")
            while index < interactions.count,
                interactions[index].key.objectID != objectID || interactions[index].key.externalID != externalID
            {
                index += 1
            }
            guard index < interactions.count else {
                throw Failure(.internalFault, "the upsert of Interactions returned rows out of order")
            }
            outcomes[index] = try row.int("revision") == 1 ? .inserted : .updated
            index += 1
        }
        return outcomes
    }

    /// An older version never overwrites a newer one, and the same content is not written again.
    ///
    /// Same content under another provider time is written: else A, B, A with the last A left out would let a late B
    /// pass for newer. Same content without a provider time is not, because a list without times would rewrite every
    /// row in every run; there a late B comes from an attempt that no page vouches for any more and loses the tie
    /// (`StoredVersion.unvouched`).
    private static let upsertInteractions = """
        insert into tributary.interactions as i (\(columns))
        select object_id, external_id, customer_id, modified, run, attempt, page, index, swept, content_hash,
          modified_at, changed_run, deleted_at, definition, payload, $16, 1
        from unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[],
          $8::bigint[], $9::boolean[], $10::uuid[], $11::timestamptz[], $12::bigint[], $13::timestamptz[], $14::text[],
          $15::json[])
          as t (object_id, external_id, customer_id, modified, run, attempt, page, index, swept, content_hash,
            modified_at, changed_run, deleted_at, definition, payload)
        on conflict (object_id, external_id) do update set
          modified = excluded.modified, run = excluded.run, attempt = excluded.attempt, page = excluded.page,
          index = excluded.index, swept = excluded.swept, content_hash = excluded.content_hash,
          modified_at = excluded.modified_at, changed_run = excluded.changed_run, deleted_at = excluded.deleted_at,
          definition = excluded.definition, payload = coalesce(excluded.payload, i.payload),
          revision = i.revision + 1
        where
          case when excluded.swept or i.swept
            then (excluded.run, excluded.attempt, excluded.page, excluded.index) > (i.run, i.attempt, i.page, i.index)
            else (excluded.modified, excluded.run, excluded.attempt, excluded.page, excluded.index)
              > (i.modified, i.run, i.attempt, i.page, i.index)
          end
          and (excluded.content_hash <> i.content_hash
            or (excluded.modified_at is not null and excluded.modified_at is distinct from i.modified_at))
        returning i.object_id, i.external_id, i.revision
        """

    private static let anyKnown = """
        select 1 from unnest($1::bigint[], $2::text[]) as t (object_id, external_id)
        cross join lateral (
          select 1 from tributary.interactions i
          where i.object_id = t.object_id and i.external_id = t.external_id offset 0) i
        limit 1
        """

    func declaredPages(_ keys: [PageKey]) async throws -> [DeclaredPage] {
        guard !keys.isEmpty else { return [] }
        return try await session.query(
            """
            select p.object_id, p.run, p.page, p.attempt, p.expected
            from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as t (object_id, run, page)
            cross join lateral (
              select * from tributary.pages p
              where p.object_id = t.object_id and p.run = t.run and p.page = t.page offset 0) p
            """,
            [
                .intArray(keys.map(\.objectID)), .intArray(keys.map(\.run)), .intArray(keys.map { Int64($0.page) }),
            ]
        ).rows.map { row in
            DeclaredPage(
                key: PageKey(
                    objectID: try row.int("object_id"), run: try row.int("run"),
                    page: Int32(truncatingIfNeeded: try row.int("page"))),
                attempt: Int32(truncatingIfNeeded: try row.int("attempt")),
                expected: Int32(truncatingIfNeeded: try row.int("expected")))
        }
    }

    func note(_ receipts: [PageReceipt]) async throws -> Int {
        guard !receipts.isEmpty else { return 0 }
        return try await session.query(
            // Locked in key order before the update, which may visit them in any order. A bit counts once.
            """
            with mine as (
              select p.object_id, p.run, p.page, t.stored, t.unchanged, t.rejected
              from (
                select object_id, run, page, attempt, stored::bit varying, unchanged::bit varying,
                  rejected::bit varying
                from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
                  as u (object_id, run, page, attempt, stored, unchanged, rejected)
              ) t
              join tributary.pages p on p.object_id = t.object_id and p.run = t.run and p.page = t.page
                and p.attempt = t.attempt and length(p.stored) = length(t.stored)
              order by p.object_id, p.run, p.page
              for no key update of p
            )
            update tributary.pages p set
              stored = p.stored | m.stored | m.unchanged | m.rejected,
              stored_count = p.stored_count + bit_count(m.stored & ~p.stored)::integer,
              unchanged_count = p.unchanged_count + bit_count(m.unchanged & ~p.stored)::integer,
              rejected_count = p.rejected_count + bit_count(m.rejected & ~p.stored)::integer
            from mine m
            where p.object_id = m.object_id and p.run = m.run and p.page = m.page
            """,
            [
                .intArray(receipts.map(\.page.key.objectID)), .intArray(receipts.map(\.page.key.run)),
                .intArray(receipts.map { Int64($0.page.key.page) }),
                .intArray(receipts.map { Int64($0.page.attempt) }),
                .textArray(receipts.map(\.stored.description)), .textArray(receipts.map(\.unchanged.description)),
                .textArray(receipts.map(\.rejected.description)),
            ]
        ).affected
    }

    func passBarriers(_ ids: [Int64], partitions: [Int32]) async throws {
        guard !ids.isEmpty else { return }
        try await session.query(
            """
            update tributary.barriers b set passed_at = clock_timestamp()
            from unnest($1::bigint[], $2::bigint[]) as t (id, partition)
            where b.id = t.id and b.partition = t.partition and b.passed_at is null
            """,
            [.intArray(ids), .intArray(partitions.map { Int64($0) })])
    }

    func lock(_ locks: [EntityLock]) async throws {
        // One call a stretch of the same mode keeps the order over both modes.
        var rest = locks.sorted()[...]
        while let first = rest.first {
            let stretch = rest.prefix { $0.isExclusive == first.isExclusive }
            let function = first.isExclusive ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared"
            try await session.query(
                "select count(\(function)(key)) from unnest($1::bigint[]) as t (key)",
                [.intArray(stretch.map(Self.lockKey))])
            rest = rest.dropFirst(stretch.count)
        }
    }

    /// "tb" in the upper bits keeps clear of other users of advisory locks in this database.
    private static func lockKey(_ lock: EntityLock) -> Int64 {
        0x7462 << 48 | (lock.customerID & 0x7FFF_FFFF_FFFF) << 1 | (lock.role == .account ? 1 : 0)
    }
}

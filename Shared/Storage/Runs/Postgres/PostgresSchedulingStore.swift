import Models
import Postgres

/// The scheduler's side of the runs, in Postgres. The statements are checked against `RunState.transitions` by a test.
public struct PostgresSchedulingStore: SchedulingStore {
    let database: any PostgresDatabase
    /// Whether runs are closed without waiting for receipts: only for the suite that proves that it would notice.
    let ignoresReceipts: Bool
    /// Called inside the transaction that closes runs, before it is committed.
    let insideClosing: (@Sendable () -> Void)?

    /// A store in `database`.
    /// - Parameters:
    ///   - ignoresReceipts: breaks the promise that nothing is lost; it exists for the tests.
    ///   - insideClosing: called inside the transaction that closes runs, before it is committed; for the tests.
    public init(
        database: any PostgresDatabase, ignoresReceipts: Bool = false, insideClosing: (@Sendable () -> Void)? = nil
    ) {
        self.insideClosing = insideClosing
        self.database = database
        self.ignoresReceipts = ignoresReceipts
    }

    /// Replaces what is known of the schedules and caps of the providers named.
    public func publish(schedules: [ProviderSchedule], caps: [String: Int]) async throws {
        let sorted = schedules.sorted { ($0.provider, $0.object) < ($1.provider, $1.object) }
        let capped = caps.sorted { $0.key < $1.key }
        let providers = Set(sorted.map(\.provider)).union(caps.keys).sorted()
        try await database.transaction { session in
            // Two schedulers that start together must not deadlock on each other's rows.
            try await session.query("select pg_advisory_xact_lock(hashtext('tributary.provider_schedules'))::text")
            try await session.query(
                """
                delete from tributary.provider_schedules s
                where s.provider = any($3::text[])
                  and not exists (select 1 from unnest($1::text[], $2::text[]) k(provider, object)
                                  where k.provider = s.provider and k.object = s.object)
                """,
                [.textArray(sorted.map(\.provider)), .textArray(sorted.map(\.object)), .textArray(providers)])
            try await session.query(
                """
                insert into tributary.provider_schedules as s (provider, object, every, reconcile, sweep)
                select provider, object, make_interval(secs => every), make_interval(secs => reconcile),
                  make_interval(secs => sweep)
                from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[])
                  k(provider, object, every, reconcile, sweep)
                on conflict (provider, object) do update set every = excluded.every, reconcile = excluded.reconcile,
                  sweep = excluded.sweep
                where (s.every, s.reconcile, s.sweep) is distinct from
                  (excluded.every, excluded.reconcile, excluded.sweep)
                """,
                [
                    .textArray(sorted.map(\.provider)), .textArray(sorted.map(\.object)),
                    .doubleArray(sorted.map { Double($0.every.microseconds) / 1e6 }),
                    .doubleArray(sorted.map { $0.reconcile.map { Double($0.microseconds) / 1e6 } }),
                    .doubleArray(sorted.map { $0.sweep.map { Double($0.microseconds) / 1e6 } }),
                ])
            try await session.query(
                "delete from tributary.provider_caps where provider = any($1::text[]) and provider <> all($2::text[])",
                [.textArray(providers), .textArray(capped.map(\.key))])
            try await session.query(
                """
                insert into tributary.provider_caps (provider, max_runs)
                select provider, max_runs from unnest($1::text[], $2::bigint[]) k(provider, max_runs)
                on conflict (provider) do update set max_runs = excluded.max_runs
                """, [.textArray(capped.map(\.key)), .intArray(capped.map { Int64($0.value) })])
        }
    }

    /// Makes the coming partitions of the history and drops what is older than `keep`.
    public func maintainHistory(keep: Duration) async throws {
        try await database.query("select tributary.maintain_partitions($1::interval)::text", [.interval(keep)])
        try await database.query("delete from tributary.retrievers where expires_at < now() - interval '1 hour'")
    }

    /// How many objects there are in each state but idle.
    public func stateCounts() async throws -> [StateCount] {
        let result = try await database.query(
            """
            select provider, state, count(*) as objects from tributary.object_state
            where state = 'running' or (state = 'queued' and rung_at is null)
              or (state = 'queued' and rung_at is not null) or state = 'postponed' or state = 'draining'
            group by provider, state
            """)
        return try result.rows.compactMap { row in
            guard let state = RunState(rawValue: try row.text("state")) else { return nil }
            return StateCount(provider: try row.text("provider"), state: state, objects: try row.int("objects"))
        }
    }
}

import Models
import Postgres
import PostgresHarness
import Storage
import StorageConformance
import Testing

/// What people want in a real database, each store under the role that uses it, as the checks see it.
private struct PostgresFixture: ControlFixture {
    let admin: PostgresPool
    let control: any ControlStore
    let integrations: any IntegrationStore
    let reports: any ReportStore

    init(_ database: TestDatabase) async throws {
        admin = database.pool()
        _ = try await MigrationRunner(database.settings).run()
        let `operator` = database.pool(as: "tributary_operator")
        control = PostgresControlStore(database: `operator`)
        reports = PostgresReportStore(database: `operator`)
        integrations = PostgresIntegrationStore(database: database.pool(as: "tributary_retriever"))
        try await PostgresSchedulingStore(database: database.pool(as: "tributary_scheduler")).publish(
            schedules: [ProviderSchedule(provider: "crm", object: "people", every: .seconds(3600), reconcile: nil)],
            caps: [:])
    }

    func now() async throws -> Timestamp {
        try #require(try await admin.query("select clock_timestamp() as now").rows.first).timestamp("now")
    }

    func end(_ run: RunReport, of object: PublicID) async throws {
        try await admin.query(
            """
            with object as (select id from tributary.integration_objects where public_id = $1), ended as (
              update tributary.object_state s set state = 'idle', run_number = $2,
                last_synced_at = case when $3::boolean then $4::timestamptz else last_synced_at end,
                complete_until = case when $3::boolean then $5::timestamptz else complete_until end,
                next_due_at = $4::timestamptz + interval '10 minutes'
              from object where s.object_id = object.id
            ), empty as (
              insert into tributary.empty_runs as e (object_id, day, runs, last_ended_at)
              select id, $4::timestamptz::date, 1, $4 from object where $6::boolean
            )
            insert into tributary.sync_history (object_id, run, ended_at, opened_at, kind, outcome, attempts, pages,
              fetched, stored, unchanged, rejected, failure_class, failure_cause)
            select id, $2, $4, $5, $7, $8, $9, $10, $11, $12, $13, $14, split_part($15, ': ', 1), split_part($15, ': ', 2)
            from object where not $6::boolean
            """,
            [
                .uuid(object), .int(run.run), .bool(run.outcome == "succeeded"), .timestamp(run.endedAt),
                .timestamp(run.openedAt), .bool(run.fetched == 0 && run.kind == "incremental"), .text(run.kind),
                .text(run.outcome), .int(run.attempts), .int(run.pages), .int(run.fetched), .int(run.stored),
                .int(run.unchanged), .int(run.rejected), run.failure.map { .text($0) } ?? .null,
            ])
    }

    func begin(run: Int64, of object: PublicID) async throws {
        try await admin.query(
            """
            update tributary.object_state s set state = 'running', run_number = $2
            from tributary.integration_objects o where o.id = s.object_id and o.public_id = $1
            """, [.uuid(object), .int(run)])
    }

    func store(records: Int64, rejected: Int64, of object: PublicID) async throws {
        try await store(records: records, of: object)
        try await admin.query(
            """
            insert into tributary.rejected (object_id, run, attempt, page, index, reason)
            select o.id, 1, 1, 0, n, 'it is odd' from tributary.integration_objects o, generate_series(1, $2::int) n
            where o.public_id = $1
            """, [.uuid(object), .int(rejected)])
    }

    /// Stores so many records and a deleted one.
    func store(records: Int64, of object: PublicID) async throws {
        try await admin.query(
            """
            insert into tributary.interactions (object_id, external_id, customer_id, modified, run, attempt, page, index,
              swept, revision, content_hash, first_seen, changed_run, definition, deleted_at)
            select o.id, n::text, o.customer_id, now(), 0, 1, 0, 0, false, 1, gen_random_uuid(), now(), 0, 'x',
              case when n = 0 then now() end
            from tributary.integration_objects o, generate_series(0, $2::int) n where o.public_id = $1
            """, [.uuid(object), .int(records)])
    }

    func stop(integration: Int64, because failure: Failure) async throws {
        try await admin.query(
            """
            with stopped as (
              update tributary.integrations set disabled_class = $2, disabled_cause = $3, disabled_at = now() where id = $1
            )
            update tributary.object_state s set runnable = false
            from tributary.integration_objects o where o.id = s.object_id and o.integration_id = $1
            """, [.int(integration), .text(failure.kind.rawValue), .text(failure.cause)])
    }
}

@Suite struct PostgresControlTests {
    @Test(arguments: ControlCheck.all) func keepsTheRule(check: ControlCheck) async throws {
        try await withTestDatabase { try await check.run(try await PostgresFixture($0)) }
    }

    @Test func `the records of a large object are estimated, unless every one is asked for`() async throws {
        try await withTestDatabase { database in
            let fixture = try await PostgresFixture(database)
            let object = ObjectSpecification(
                object: "people", type: .contacts, every: nil, enabled: true, override: nil)
            let integration = IntegrationSpecification(
                key: "crm", provider: "crm", enabled: true, settings: Array("{}".utf8), override: nil, objects: [object]
            )
            let customer = CustomerSpecification(
                key: "acme", name: nil, weight: 1, maxRuns: nil, paces: [:], overrides: [:], integrations: [integration]
            )
            _ = try await fixture.control.apply([customer], now: fixture.now()) { _ in ObjectPace() }
            let before = try #require(try await fixture.reports.objects(named: nil, counting: .none).first)
            try await fixture.store(records: 30_000, of: before.id)
            try await fixture.admin.query("analyze tributary.interactions")
            let estimated = try #require(try await fixture.reports.objects(named: nil, counting: .estimated).first)
            #expect(estimated.recordsAreEstimated)
            #expect((27_000...33_000).contains(estimated.records), "\(estimated.records)")
            let exact = try #require(try await fixture.reports.objects(named: nil, counting: .exact).first)
            #expect(!exact.recordsAreEstimated)
            #expect(exact.records == 30_000)
        }
    }
}

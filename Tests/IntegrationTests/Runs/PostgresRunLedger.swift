import Models
import Postgres
import PostgresHarness
import Storage
import StorageConformance
import Testing

/// Runs in a real database, each service under its own role, as the checks see them.
struct PostgresRunLedger: RunLedgerFixture {
    let admin: PostgresPool
    let processor: PostgresPool
    let scheduling: any SchedulingStore
    let retrieval: any RetrievalStore
    let sweeps: any SweepStore
    let alerts: any AlertStore
    let circuits: any CircuitStore
    let announcements: any AnnouncementStore
    let control: PostgresControlStore

    init(_ database: TestDatabase) async throws {
        admin = database.pool()
        _ = try await MigrationRunner(database.settings).run()
        processor = database.pool(as: "tributary_processor")
        let scheduler = database.pool(as: "tributary_scheduler")
        scheduling = PostgresSchedulingStore(database: scheduler)
        alerts = PostgresAlertStore(database: scheduler)
        circuits = PostgresCircuitStore(database: scheduler)
        announcements = PostgresAnnouncementStore(database: scheduler)
        control = PostgresControlStore(database: database.pool(as: "tributary_operator"))
        let store = PostgresRetrievalStore(
            database: database.pool(as: "tributary_retriever"), rules: FailureRules(runs: 4, time: .zero))
        retrieval = store
        sweeps = store
    }

    func addObject(customer: Int64, provider: String, every: Duration?, weight: Double) async throws -> Int64 {
        try await admin.query(
            """
            insert into tributary.customers (id, public_id, key, name, weight) overriding system value
            values ($1, gen_random_uuid(), 'c' || $1, 'Customer', $2) on conflict do nothing
            """, [.int(customer), .double(weight)])
        let result = try await admin.query(
            """
            with integration as (
              insert into tributary.integrations (public_id, customer_id, key, provider)
              values (gen_random_uuid(), $1, 'i' || gen_random_uuid(), $2) returning id
            ), object as (
              insert into tributary.integration_objects (public_id, integration_id, customer_id, provider, object, interaction_type, every)
              select gen_random_uuid(), id, $1, $2, 'people', 'contacts', $3::interval from integration returning id
            )
            select id from object
            """, [.int(customer), .text(provider), every.map { .interval($0) } ?? .null])
        let id = try result.rows.first.map { try $0.int("id") } ?? 0
        try await admin.query(
            "insert into tributary.object_state (object_id, customer_id, provider) values ($1, $2, $3)",
            [.int(id), .int(customer), .text(provider)])
        return id
    }

    func enable(objectID: Int64) async throws {
        let row = try await admin.query(
            "select integration_id from tributary.integration_objects where id = $1", [.int(objectID)]
        ).rows.first
        try await control.enable(integration: try #require(row).int("integration_id"))
    }

    func setCap(_ runs: Int?, ofCustomer customer: Int64) async throws {
        try await admin.query(
            "update tributary.customers set max_runs = $2 where id = $1",
            [.int(customer), runs.map { .int(Int64($0)) } ?? .null])
    }

    func setAlertEmail(_ email: String, ofCustomer customer: Int64) async throws {
        try await admin.query(
            "update tributary.customers set alert_email = $2 where id = $1", [.int(customer), .text(email)])
    }

    func store(_ ids: [String], of object: Int64) async throws {
        try await admin.query(
            """
            insert into tributary.interactions (object_id, external_id, customer_id, modified, run, attempt, page, index,
              swept, revision, content_hash, first_seen, changed_run, definition)
            select $1, id, 1, now(), 0, 1, 0, 0, false, 1, gen_random_uuid(), now(), 0, 'x' from unnest($2::text[]) k(id)
            """, [.int(object), .textArray(ids)])
        // What is gone already is neither stored nor missing.
        try await admin.query(
            """
            insert into tributary.interactions (object_id, external_id, customer_id, modified, run, attempt, page, index,
              swept, revision, content_hash, first_seen, changed_run, definition, deleted_at)
            values ($1, 'gone', 1, now(), 0, 1, 0, 0, false, 1, gen_random_uuid(), now(), 0, 'x', now())
            """, [.int(object)])
    }

    func receive(_ claim: RunClaim, page: Int32, stored: [Int32]) async throws {
        try await processor.query(
            """
            update tributary.pages set stored_count = stored_count + $5
            where object_id = $1 and run = $2 and attempt = $3 and page = $4
            """,
            [
                .int(claim.objectID), .int(claim.run), .int(Int64(claim.attempt)), .int(Int64(page)),
                .int(Int64(stored.count)),
            ])
    }

    func pass(barrier: Int64, partition: Int32) async throws {
        try await processor.query(
            "update tributary.barriers set passed_at = clock_timestamp() where id = $1 and partition = $2",
            [.int(barrier), .int(Int64(partition))])
    }

    func object(_ id: Int64) async throws -> ObjectFacts {
        let result = try await admin.query(
            """
            select state, runnable, attempt, run_number, complete_until, until, next_due_at
            from tributary.object_state where object_id = $1
            """, [.int(id)])
        let row = try #require(result.rows.first)
        return ObjectFacts(
            state: try #require(RunState(rawValue: try row.text("state"))), runnable: try row.bool("runnable"),
            attempt: Int32(try row.int("attempt")), run: try row.int("run_number"),
            completeUntil: try row.timestampIfPresent("complete_until"), until: try row.timestampIfPresent("until"),
            nextDue: try row.timestamp("next_due_at"))
    }

    func setPace(_ pace: ObjectPace, of id: Int64) async throws {
        let intervals = [pace.every, pace.reconcile, pace.sweep].map { $0.map { PostgresValue.interval($0) } ?? .null }
        try await admin.query(
            """
            update tributary.integration_objects set resolved_every = $3::interval, resolved_reconcile = $4::interval,
              resolved_sweep = $5::interval, every_overridden = $2 where id = $1
            """, [.int(id), .bool(pace.isOverridden)] + intervals)
    }

    func makeDue(_ id: Int64) async throws {
        try await admin.query("update tributary.object_state set next_due_at = now() where object_id = $1", [.int(id)])
    }
}

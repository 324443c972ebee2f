import Foundation
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Item 6 of issue 5: a sweep that may not have seen everything removes nothing and says so; one that has removes exactly
/// what is missing, in every table and on the topics.
@Suite(.serialized, .alone) struct SweepTests {
    /// What is gone of each object: at both ends of both pages; of one more than may go at once.
    private static let gone: Set<Int> = [0, 7, 19, 20, 39]
    private static let drop = Set(0..<24)

    @Test func `only a complete sweep removes anything, and exactly what is missing`() async throws {
        try await withTestDatabase { database in
            let server = try SweepServer()
            let pipeline = try await Pipeline(
                database: database, catalog: TestCatalog.path, settings: QuickSettings.all)
            do {
                try await Self.start(pipeline, server)
                for object in SweepServer.Object.allCases {
                    server.remove(object == .dropped ? Self.drop : Self.gone, of: object)
                }
                try await Self.sweepInTrouble(pipeline)
                server.mend()
                server.remove(Self.gone, of: .dropped)
                try await Self.sweepInOrder(pipeline)
                try await Self.checkTopics(pipeline)
            } catch {
                await pipeline.stop()
                throw error
            }
            await pipeline.stop()
        }
    }

    private static func start(_ pipeline: Pipeline, _ server: SweepServer) async throws {
        let file = """
            customers:
              - key: acme
                integrations:
                  - key: crm
                    provider: sweeping
                    settings: { base_url: "\(server.url)" }
                    secrets: { token: { env: SWEEP_TOKEN } }
            """
        let path = try pipeline.write(file, to: "apply.yaml")
        try await pipeline.tributary("apply", "-f", path, settings: ["SWEEP_TOKEN": "sk_sweep"])
        for service in Chaos.services { try pipeline.start(service) }
        // On the topics too: a record that was never there needs no tombstone.
        try await pipeline.wait(
            for: "the first syncs", within: .seconds(90),
            until: """
                not exists (select 1 from tributary.object_state where complete_until is null)
                and not exists (select 1 from tributary.outbox)
                """)
        for object in SweepServer.Object.allCases { try await expect([], gone: object, pipeline) }
    }

    /// Eight days later.
    private static func letSweep(_ pipeline: Pipeline) async throws {
        try await pipeline.pool.query(
            """
            update tributary.object_state
            set last_sweep_at = clock_timestamp() - interval '8 days', next_due_at = clock_timestamp()
            where state = 'idle'
            """)
    }

    private static func sweepInTrouble(_ pipeline: Pipeline) async throws {
        let pool = pipeline.pool
        let before = try await completeUntil(pool)
        try await letSweep(pipeline)
        try await pipeline.wait(
            for: "every sweep to end or to be put off", within: .seconds(60),
            until: """
                (select count(*) from tributary.sync_history where kind = 'sweep') = \(SweepServer.Object.allCases.count - 1)
                and exists (select 1 from tributary.object_state where state = 'postponed')
                """)
        for object: SweepServer.Object in [.companies, .people, .deals] {
            try await expect(gone, gone: object, pipeline)
            try await expectRun(object, "succeeded", stored: gone.count, says: "removed 5 of 40 records", pool)
        }
        for object: SweepServer.Object in [.failing, .ignoring, .empty, .dropped] {
            try await expect([], gone: object, pipeline)
        }
        try await expectRun(.ignoring, "failed", stored: 0, says: "met an error and removed nothing", pool)
        try await expectRun(.empty, "succeeded", stored: 0, says: "listed nothing, while 40 records are stored", pool)
        try await expectRun(
            .dropped, "succeeded", stored: 0, says: "would remove 24 of 40 records (60%, more than 20%)", pool)
        // Who has to know is told, and whoever looks sees it.
        let alerts = try await pipeline.tributary("alerts")
        for object in ["empty", "dropped", "ignoring"] { #expect(alerts.contains("acme/crm/\(object)"), "\(alerts)") }
        for object in ["companies", "people", "deals", "failing"] {
            #expect(!alerts.contains("acme/crm/\(object)"), "\(alerts)")
        }
        let status = try await pipeline.tributary("status").split(separator: "\n")
        let failing = status.first { $0.contains("acme/crm/failing ") } ?? ""
        #expect(failing.contains("transient: ") && failing.contains("500"), "\(failing)")
        #expect(try await completeUntil(pool) == before, "a sweep tells nothing of what changed")
    }

    private static func sweepInOrder(_ pipeline: Pipeline) async throws {
        try await letSweep(pipeline)
        // The one that was put off goes on with its second page.
        try await pipeline.pool.query(
            "update tributary.object_state set wake_at = clock_timestamp() where state = 'postponed'")
        try await pipeline.wait(
            for: "every object to be swept", within: .seconds(60),
            until: """
                (select count(distinct object_id) from tributary.sweeps where refusal is null) =
                  \(SweepServer.Object.allCases.count)
                and not exists (select 1 from tributary.object_state where state <> 'idle')
                and not exists (select 1 from tributary.outbox)
                """)
        for object in SweepServer.Object.allCases { try await expect(gone, gone: object, pipeline) }
        for object: SweepServer.Object in [.failing, .ignoring, .empty, .dropped] {
            try await expectRun(
                object, "succeeded", stored: gone.count, says: "removed 5 of 40 records", pipeline.pool)
        }
        // The others found nothing more to remove.
        try await expectRun(.deals, "succeeded", stored: 0, says: "removed 0 of 35 records", pipeline.pool)
        #expect(try await pipeline.tributary("alerts").contains("nobody has to do anything"))
    }

    // MARK: What there is

    /// Exactly `numbers` are gone of the interactions of `object`, and of the canonical records that came of them.
    private static func expect(
        _ numbers: Set<Int>, gone object: SweepServer.Object, _ pipeline: Pipeline
    ) async throws {
        let rows = try await pipeline.pool.query(
            """
            select n.external_id, n.deleted_at is not null as gone from tributary.interactions n
            join tributary.integration_objects o on o.id = n.object_id where o.object = $1
            """, [.text(object.rawValue)]
        ).rows
        let expected = Set(numbers.map { "\(object.rawValue)\($0)" })
        #expect(rows.count == SweepServer.records, "\(object): records")
        let gone = Set(try rows.filter { try $0.bool("gone") }.map { try $0.text("external_id") })
        #expect(gone == expected, "\(object): interactions")
        let (table, name) = table(of: object)
        let typed = try await pipeline.pool.query(
            """
            select \(name) as name from tributary.\(table)
            where deleted_at is not null and \(name) ~ ('^' || $1 || '[0-9]+$')
            """, [.text(object.rawValue)]
        ).rows
        #expect(Set(try typed.map { try $0.text("name") }) == expected, "\(object): \(table)")
    }

    private static func table(of object: SweepServer.Object) -> (table: String, name: String) {
        switch object {
        case .companies, .dropped: ("accounts", "name")
        case .people, .empty: ("contacts", "name")
        case .deals, .failing, .ignoring: ("deals", "title")
        }
    }

    /// How the last sweep of `object` ended.
    private static func expectRun(
        _ object: SweepServer.Object, _ outcome: String, stored: Int, says words: String, _ pool: PostgresPool
    ) async throws {
        let row = try await pool.query(
            """
            select h.outcome, h.stored, coalesce(h.note, h.failure_cause, '') as said from tributary.sync_history h
            join tributary.integration_objects o on o.id = h.object_id
            where o.object = $1 and h.kind = 'sweep' order by h.run desc limit 1
            """, [.text(object.rawValue)]
        ).rows.first
        #expect(try row?.text("outcome") == outcome, "\(object)")
        #expect(try row?.int("stored") == Int64(stored), "\(object)")
        let said = try row?.text("said") ?? ""
        #expect(said.contains(words), "\(object): \(said)")
    }

    private static func completeUntil(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query("select complete_until::text as until from tributary.object_state order by object_id").rows
            .map { try $0.text("until") }
    }

    /// Whoever reads the topics has lost exactly what is gone.
    private static func checkTopics(_ pipeline: Pipeline) async throws {
        let oracle = TopicOracle(pipeline: pipeline)
        let differences = try await oracle.differences()
        #expect(differences == [])
        let last = try await oracle.lastValues(of: ["\(pipeline.topicPrefix)records.deals"])
        let values = last["\(pipeline.topicPrefix)records.deals"] ?? [:]
        let tombstones = values.filter { $0.value == nil }.keys.compactMap { $0.split(separator: ":").last }
        let expected = [SweepServer.Object.deals, .failing, .ignoring].flatMap { object in
            gone.map { "\(object.rawValue)\($0)" }
        }
        #expect(Set(tombstones.map(String.init)) == Set(expected))
        #expect(tombstones.count == expected.count)
    }
}

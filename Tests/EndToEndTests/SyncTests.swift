import Pipeline
import PostgresHarness
import Testing

/// Real processes and a provider that makes no trouble.
@Suite(.serialized, .alone) struct SyncTests {
    private let seed = UInt64.random(in: 0...99_999)

    @Test func `a sync holds what the provider holds, and the next one brings only the changes`() async throws {
        try await withTestDatabase { database in
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: [350], seed: seed, pace: "1h", settings: QuickSettings.all)
            let tenant = world.tenants[0]
            for service in Chaos.services { try world.pipeline.start(service) }
            let differences: [String]
            do {
                try await world.waitForInitialSyncs(within: .seconds(120))
                for object in ScriptedObject.allCases {
                    // Offset paging reads the last ten records of a page again with the next one; there are four pages.
                    let again = object == .deals ? 30 : 0
                    let found = try await counts(of: object, run: 1, in: world)
                    #expect(
                        found == Counts(fetched: 350 + again, stored: 350, unchanged: again, kind: "initial"),
                        "\(object); \(world.report([]))")
                }
                let changed = change(tenant)
                for object in ScriptedObject.allCases {
                    let said = try await world.sync(object, of: tenant, "--wait")
                    let number = changed[object] ?? 0
                    let found = try await counts(of: object, run: 2, in: world)
                    #expect(number > 0, "the seed changes no \(object)")
                    #expect(
                        found == Counts(fetched: number, stored: number, kind: "incremental"),
                        "\(object); \(world.report([]))")
                    #expect(
                        said.contains("succeeded, \(number) fetched, \(number) stored, 0 unchanged, 0 rejected"),
                        "\(said)")
                }
                let quiet = try await world.settle(within: .seconds(120))
                differences = try await world.differences(quietSince: quiet)
                try await remap(world, tenant)
            } catch {
                await world.pipeline.stop()
                throw error
            }
            await world.pipeline.stop()
            #expect(differences.isEmpty, world.report(differences))
        }
    }

    /// An override of the mapping reaches the records that are stored, although the provider says nothing new of them.
    private func remap(_ world: ScriptedWorld, _ tenant: ScriptedTenant) async throws {
        let pool = world.pipeline.pool
        try await pool.query(
            """
            insert into tributary.overrides (provider, customer_id, patch)
            select 'scripted', id, '{"objects": {"deals": {"map": {"stage": "title"}}}}' from tributary.customers
            """)
        let said = try await world.pipeline.tributary(
            ["remap", "\(tenant.name)/scripted/deals", "--wait"], settings: [:])
        #expect(said.contains("are mapped as its definition says now"), "\(said)")
        let row = try await pool.query(
            """
            select count(*) filter (where stage is not distinct from title) as mapped, count(*) as deals
            from tributary.deals where deleted_at is null and title is not null
            """
        ).rows.first
        let deals = try row?.int("deals") ?? 0
        #expect(deals > 0)
        #expect(try row?.int("mapped") == deals)
    }

    private struct Counts: Equatable {
        var fetched: Int
        var stored: Int
        var unchanged = 0
        var rejected = 0
        var kind: String
    }

    /// Changes records of every object and returns how many of each.
    private func change(_ tenant: ScriptedTenant) -> [ScriptedObject: Int] {
        var changed: [ScriptedObject: Int] = [:]
        let before = Dictionary(uniqueKeysWithValues: ScriptedObject.allCases.map { ($0, tenant.records($0)) })
        tenant.change(80, seed: seed)
        for object in ScriptedObject.allCases {
            let old = before[object] ?? []
            changed[object] =
                tenant.records(object).filter { record in
                    record.number >= old.count || old[record.number].revision != record.revision
                }.count
        }
        return changed
    }

    private func counts(of object: ScriptedObject, run: Int, in world: ScriptedWorld) async throws -> Counts? {
        let rows = try await world.pipeline.pool.query(
            """
            select h.fetched, h.stored, h.unchanged, h.rejected, h.kind from tributary.sync_history h
            join tributary.integration_objects o on o.id = h.object_id
            where o.object = $1 and h.run = $2 and h.outcome = 'succeeded'
            """, [.text(object.rawValue), .int(Int64(run))]
        ).rows
        return try rows.first.map { row in
            Counts(
                fetched: Int(try row.int("fetched")), stored: Int(try row.int("stored")),
                unchanged: Int(try row.int("unchanged")), rejected: Int(try row.int("rejected")),
                kind: try row.text("kind"))
        }
    }
}

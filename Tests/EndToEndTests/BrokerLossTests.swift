import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// What the services talk to goes away in the middle of runs, with everything it held or without.
@Suite(.serialized, .alone) struct BrokerLossTests {
    private let seed = UInt64.random(in: 0...99_999)

    @Test func `a broker that comes back empty and a Postgres that restarts change nothing in the end`() async throws {
        try await withPrivateBroker { try await loseEverything($0, settings: QuickSettings.all) }
    }

    /// With so little room, whatever is lost fills it: every run then waits for receipts that never come.
    @Test func `runs that wait for the receipts of lost records go on`() async throws {
        let settings = QuickSettings.all.merging(["TRIBUTARY_CUSTOMER_BACKLOG": "100"]) { $1 }
        try await withPrivateBroker { try await loseEverything($0, settings: settings) }
    }

    private func loseEverything(_ broker: PrivateBroker, settings: [String: String]) async throws {
        let seed = seed
        try await withTestDatabase { database in
            // Slow answers, so that there is a middle.
            var troubles = ScriptedServer.Troubles.none
            troubles.slow = 0.5
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: [4000, 4000], seed: seed, troubles: troubles,
                brokers: broker.address, settings: settings)
            do {
                for service in ["scheduler", "retriever", "retriever", "processor", "processor"] {
                    try world.pipeline.start(service)
                }
                try await Self.waitForTheMiddle(of: world, stored: 2000)
                try await broker.lose()
                try await Self.waitForTheMiddle(of: world, stored: 10_000)
                try await TestPostgres.restart(port: database.settings.endpoint.port)
                let quiet = try await world.settle(within: .seconds(240))
                let found = try await world.differences(quietSince: quiet, brokerLostNothing: false)
                await world.pipeline.stop()
                #expect(found.isEmpty, world.report(found))
            } catch {
                await world.pipeline.stop()
                throw error
            }
        }
    }

    /// Returns when so much is stored and something is published, while the initial syncs are still under way.
    private static func waitForTheMiddle(of world: ScriptedWorld, stored: Int) async throws {
        try await world.pipeline.wait(
            for: "\(stored) records to be stored", within: .seconds(120),
            until: "(select count(*) from tributary.interactions) >= \(stored)")
        let unfinished = try await world.pipeline.pool.query(
            "select count(*) as objects from tributary.object_state where complete_until is null"
        ).rows.first?.int("objects")
        #expect((unfinished ?? 0) > 0, "every run had ended already; \(world.report([]))")
    }
}

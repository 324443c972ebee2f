import Foundation
import Models
import Pipeline
import PostgresHarness
import Testing

/// Real processes, a provider that makes trouble, and kills at random and at named points.
@Suite(.serialized, .alone) struct FireTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Printed with every failure; set TRIBUTARY_FIRE_SEED to run it again.
    private static let seed = environment["TRIBUTARY_FIRE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...99_999)
    private static let records = environment["TRIBUTARY_FIRE_RECORDS"].flatMap { Int($0) } ?? 200_000
    private static let settings = [
        "TRIBUTARY_LEASE": "3s", "TRIBUTARY_RING_PATIENCE": "4s", "TRIBUTARY_LATE_AFTER": "20s",
        "TRIBUTARY_BARRIER_PATIENCE": "10s", "TRIBUTARY_CAPACITY": "20",
    ]

    @Test func nothingIsLostOrDoubledUnderFire() async throws {
        try await withTestDatabase { database in
            let world = try await ScriptedWorld(
                database: database, customers: 5, records: Self.records, seed: Self.seed, settings: Self.settings)
            let chaos = Chaos(pipeline: world.pipeline, seed: Self.seed)
            try chaos.start(schedulers: 2, retrievers: 3, processors: 2)
            let changing = Task { try await Self.keepChanging(world) }
            do {
                for _ in 0..<2 {
                    for (point, service) in Chaos.points {
                        try await chaos.kill(at: point, of: service, pass: 1 + chaos.number(in: 0...3))
                    }
                    try await chaos.freezeRetriever(for: .seconds(5))
                    for _ in 0..<4 { try await chaos.killAny(chaos.anyService()) }
                }
                for service in Chaos.services {
                    while chaos.counts["kill -9 \(service)", default: 0] < 20 {
                        try await chaos.killAny(service)
                        try await world.pipeline.pool.query("select pg_sleep(0.3)::text")
                    }
                }
            } catch {
                changing.cancel()
                await world.pipeline.stop()
                throw error
            }
            changing.cancel()
            _ = await changing.result
            let quiet = try await world.settle(within: .seconds(600))
            let differences = try await world.differences(quietSince: quiet)
            await world.pipeline.stop()
            print("fire: seed \(Self.seed), \(Self.records) records, \(world.server.counts)")
            for (what, count) in chaos.counts.sorted(by: { $0.key < $1.key }) { print("fire: \(what): \(count)") }
            let troubles = world.server.counts
            #expect(troubles.tooManyRequests > 0)
            #expect(troubles.serverErrors > 0)
            #expect(troubles.resets > 0)
            #expect(troubles.truncated > 0)
            #expect(troubles.slow > 0)
            for (point, _) in Chaos.points {
                #expect(chaos.counts[point, default: 0] >= 2, "\(point) was hit too seldom")
            }
            #expect(chaos.counts["SIGSTOP retriever", default: 0] >= 2)
            for service in Chaos.services { #expect(chaos.counts["kill -9 \(service)", default: 0] >= 20) }
            #expect(
                differences.isEmpty,
                "seed \(Self.seed): \(differences.count) differences: \(differences.prefix(20).joined(separator: "; ")); logs in \(world.pipeline.logs)"
            )
        }
    }

    /// Changes a few records of some tenant, again and again.
    private static func keepChanging(_ world: ScriptedWorld) async throws {
        var random = ScriptedRandom(seed: seed &+ 1)
        while !Task.isCancelled {
            world.tenants.randomElement(using: &random)?.change(40, seed: random.next())
            try await world.pipeline.pool.query("select pg_sleep(0.25)::text")
        }
    }
}

import Glibc
import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// The oracle notices each promise that is broken on purpose, and has nothing to say where it is kept: the suites that
/// rely on it can fail.
@Suite(.serialized, .alone) struct SabotageTests {
    private let seed = UInt64.random(in: 0...99_999)

    @Test(arguments: [false, true])
    func `the oracle sees whether runs close without their receipts`(isSabotaged: Bool) async throws {
        let (found, report) = try await differences { world in
            let pipeline = world.pipeline
            try pipeline.start("scheduler", isSabotaged ? ["TRIBUTARY_SABOTAGE": "no-receipts"] : [:])
            try pipeline.start("retriever")
            // Nobody stores anything yet, so no run may close.
            try await pipeline.wait(
                for: "all pages to be on the topics", within: .seconds(60),
                until: """
                    not exists (select 1 from tributary.object_state where state <> 'draining' and complete_until is null)
                    """)
            if isSabotaged {
                try await pipeline.wait(
                    for: "the runs to close", within: .seconds(60),
                    until: "not exists (select 1 from tributary.object_state where complete_until is null)")
            }
            try pipeline.start("processor")
        }
        #expect(found.contains { $0.hasSuffix(" 0 proven stored") } == isSabotaged, report)
        #expect(found.isEmpty != isSabotaged, report)
    }

    @Test(arguments: [false, true])
    func `the oracle sees whether offsets are committed before the records are stored`(isSabotaged: Bool) async throws {
        let (found, report) = try await differences { world in
            let pipeline = world.pipeline
            // The first batch waits for this lock: between its offsets and its records where the order is the wrong one.
            let lock = try await pipeline.database.connection()
            try await lock.query("begin")
            try await lock.query("lock table tributary.interactions in share mode")
            let victim = try pipeline.start(
                "processor", isSabotaged ? ["TRIBUTARY_SABOTAGE": "commit-before-store"] : [:])
            try pipeline.start("scheduler")
            try pipeline.start("retriever")
            try await pipeline.wait(
                for: "the processor to store its first batch", within: .seconds(60),
                until: """
                    exists (select 1 from pg_locks l join pg_stat_activity a using (pid)
                      where not l.granted and a.usename = 'tributary_processor' and a.datname = current_database())
                    """)
            victim.send(SIGKILL)
            _ = await victim.waitForEnd()
            await lock.close()
            try pipeline.start("processor")
        }
        #expect(found.contains { $0.contains("lost although the broker lost nothing") } == isSabotaged, report)
        #expect(found.isEmpty != isSabotaged, report)
    }

    @Test(arguments: [false, true])
    func `the oracle sees whether a retriever that lost its lease can still write`(isSabotaged: Bool) async throws {
        let (found, report) = try await differences { world in
            let pipeline = world.pipeline
            let gate = world.server.holdNextPage(.accounts, of: world.tenants[0])
            try pipeline.start("scheduler")
            try pipeline.start("processor")
            let sleeper = try pipeline.start("retriever", isSabotaged ? ["TRIBUTARY_SABOTAGE": "no-fencing"] : [:])
            try await pipeline.wait(for: "a run to be in its middle", within: .seconds(60)) {
                !world.server.isHoldPending
            }
            sleeper.send(SIGSTOP)
            try pipeline.start("retriever")
            try await world.waitForInitialSyncs(within: .seconds(60))
            // The sleeper wakes long after another one has ended its run, and finds the answer it had waited for.
            gate.open()
            sleeper.send(SIGCONT)
            try await pipeline.wait(for: "the sleeper to find that its run is over", within: .seconds(60)) {
                if isSabotaged { return try await Self.aRunEndedTwice(pipeline) }
                return try sleeper.output().contains("belongs to another retriever")
            }
        }
        #expect(found.contains { $0.contains(" ended 2 times") } == isSabotaged, report)
        #expect(found.isEmpty != isSabotaged, report)
    }

    private static func aRunEndedTwice(_ pipeline: Pipeline) async throws -> Bool {
        try await !pipeline.pool.query(
            "select 1 as found from tributary.sync_history group by object_id, run having count(*) > 1"
        ).rows.isEmpty
    }

    /// What the oracle finds after `scenario` and one more sync of everything.
    private func differences(
        after scenario: @Sendable (ScriptedWorld) async throws -> Void
    ) async throws -> ([String], Comment) {
        let seed = seed
        return try await withTestDatabase { database in
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: [120], seed: seed, pace: "1h", settings: QuickSettings.all)
            do {
                try await scenario(world)
                let quiet = try await world.settle(within: .seconds(120))
                let found = try await world.differences(quietSince: quiet)
                await world.pipeline.stop()
                return (found, world.report(found))
            } catch {
                await world.pipeline.stop()
                throw error
            }
        }
    }
}

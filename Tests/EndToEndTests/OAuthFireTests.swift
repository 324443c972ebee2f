import Foundation
import Glibc
import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Item 3 of issue 5: tokens that live seconds, refresh tokens of single use, and retrievers killed with -9 throughout.
@Suite(.serialized, .alone) struct OAuthFireTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Printed with every failure; set TRIBUTARY_FIRE_SEED to run it again.
    private static let seed = environment["TRIBUTARY_FIRE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...99_999)
    private static let integrations = environment["TRIBUTARY_FIRE_INTEGRATIONS"].flatMap { Int($0) } ?? 300
    private static let kills = environment["TRIBUTARY_FIRE_KILLS"].flatMap { Int($0) } ?? 20
    private static let points = ["renewal-intended", "renewal-answered"]
    private static let settings = [
        "TRIBUTARY_LEASE": "3s", "TRIBUTARY_RING_PATIENCE": "4s", "TRIBUTARY_LATE_AFTER": "20s",
        "TRIBUTARY_BARRIER_PATIENCE": "10s", "TRIBUTARY_CAPACITY": "40", "TRIBUTARY_TOKEN_LEASE": "5s",
    ]

    /// An integration that was stopped, or whose renewal was broken off.
    private struct Loss {
        let name: String
        let provider: String
        let intendedAt: Timestamp?
        /// The retriever that was about to send the token.
        let holder: String?
        let cause: String
    }

    /// When one retriever was killed, or, at a named point, two were.
    private struct Kill {
        let begun: Timestamp
        let ended: Timestamp
    }

    @Test func onlyWhatWasKilledBetweenIntentAndCommitIsLost() async throws {
        try await withTestDatabase { database in
            let world = try await OAuthWorld(
                database: database, revoking: Self.integrations, tolerant: Self.integrations / 3, life: .seconds(5),
                seed: Self.seed, trouble: 0.03, settings: Self.settings)
            try await world.connectAll()
            let outcome: Result<[Kill], any Error>
            do {
                outcome = .success(try await Self.fire(at: world))
            } catch {
                outcome = .failure(error)
            }
            let isOver = (try? outcome.get()) != nil
            let losses = isOver ? try await Self.losses(world.pipeline.pool) : []
            let survivors = isOver ? try await Self.survivors(world.pipeline) : []
            await world.pipeline.stop()
            let killed = try outcome.get()
            Self.report(world, losses, killed.count)

            #expect(world.revoking.reused == [], "seed \(Self.seed): a single-use token was sent twice")
            #expect(losses.filter { $0.provider == "oauth-tolerant" }.map(\.name) == [], "seed \(Self.seed)")
            #expect(world.tolerant.counts.reuses > 0, "no crash left a token to send again: the fire was too mild")
            for loss in losses {
                #expect(
                    loss.cause.contains("was lost before it was stored") && loss.cause.contains("was not sent again"),
                    "seed \(Self.seed): \(loss.name) was stopped for another reason: \(loss.cause)")
                // The process that committed the intent was killed while it waited for the answer.
                let holder = try #require(loss.holder, "seed \(Self.seed): nobody had the token of \(loss.name)")
                #expect(!survivors.contains(holder), "seed \(Self.seed): \(loss.name) was lost by one who lives")
                let kill = killed.first { kill in
                    loss.intendedAt.map { kill.begun - $0 < .seconds(5) && $0 < kill.ended } ?? false
                }
                #expect(kill != nil, "seed \(Self.seed): nobody was killed after the intent of \(loss.name)")
            }
        }
    }

    /// Kills retrievers at random and at the named points, then waits until whatever can go on has gone on.
    /// Returns when each kill was.
    private static func fire(at world: OAuthWorld) async throws -> [Kill] {
        let pipeline = world.pipeline
        let chaos = Chaos(pipeline: pipeline, seed: seed)
        try chaos.start(schedulers: 1, retrievers: 3, processors: 1)
        try await pipeline.wait(
            for: "the first syncs", within: .seconds(240),
            until: "not exists (select 1 from tributary.object_state where complete_until is null)")
        var killed: [Kill] = []
        for round in 0..<kills {
            let begun = now
            if round % 4 == 3 {
                try await chaos.kill(
                    at: points[round / 4 % 2], of: "retriever", pass: 1 + chaos.number(in: 0...5))
            } else {
                try await chaos.killAny("retriever")
            }
            killed.append(Kill(begun: begun, ended: now))
            try await pipeline.pool.query("select pg_sleep(\(Double(chaos.number(in: 5...25)) / 10))::text")
        }
        // Whose token a kill meets is chance; go on until one met the server that a token may be sent to again.
        for _ in 0..<kills where world.tolerant.counts.reuses == 0 {
            let begun = now
            try await chaos.kill(at: "renewal-answered", of: "retriever", pass: 1 + chaos.number(in: 0...5))
            killed.append(Kill(begun: begun, ended: now))
            try await pipeline.pool.query("select pg_sleep(2)::text")
        }
        world.revoking.behave()
        world.tolerant.behave()
        let quiet = now
        try await pipeline.wait(
            for: "every connection to go on or to be found lost", within: .seconds(240),
            until: """
                not exists (select 1 from tributary.object_state s
                  join tributary.integration_objects o on o.id = s.object_id
                  join tributary.integrations i on i.id = o.integration_id
                  where i.disabled_class is null and s.complete_until < to_timestamp(\(quiet.microseconds) / 1e6))
                """)
        return killed
    }

    private static var now: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) }

    private static func losses(_ pool: PostgresPool) async throws -> [Loss] {
        let result = try await pool.query(
            """
            select i.id, i.provider, i.disabled_cause, t.intent_at, t.intent_holder::text as holder, t.lost_at,
              (select count(*) from tributary.alerts a where a.integration_id = i.id and a.class = 'authorization'
                and a.resolved_at is null and a.cause = i.disabled_cause) as alerts
            from tributary.integrations i join tributary.tokens t on t.integration_id = i.id
            where i.disabled_class is not null or t.lost_at is not null order by i.id
            """)
        // One alert of each loss, and none besides.
        let told = try await pool.query(
            "select count(*) as count from tributary.alerts where class = 'authorization' and resolved_at is null")
        #expect(try told.rows.first?.int("count") == Int64(result.rows.count), "alerts tell of other losses")
        return try result.rows.map { row in
            let name = "n\(try row.int("id"))"
            // What is lost is told, and what is told is lost: once each.
            #expect(try row.timestampIfPresent("lost_at") != nil, "\(name) was stopped and is not counted as lost")
            let alerts = try row.int("alerts")
            #expect(alerts == 1, "\(name) is lost, and \(alerts) alerts say so")
            return Loss(
                name: name, provider: try row.text("provider"), intendedAt: try row.timestampIfPresent("intent_at"),
                holder: try row.textIfPresent("holder"), cause: try row.textIfPresent("disabled_cause") ?? "")
        }
    }

    /// The three retrievers that were not killed, once the leases of those that were are over.
    private static func survivors(_ pipeline: Pipeline) async throws -> Set<String> {
        let living = "select id::text as id from tributary.retrievers where expires_at > clock_timestamp()"
        var found: Set<String> = []
        try await pipeline.wait(for: "the leases of the dead to end", within: .seconds(60)) {
            found = Set(try await pipeline.pool.query(living).rows.map { try $0.text("id") })
            return found.count == 3
        }
        return found
    }

    private static func report(_ world: OAuthWorld, _ losses: [Loss], _ kills: Int) {
        print(
            "oauth fire: seed \(seed), \(integrations) integrations, a third as many tolerated, \(kills) kills -9 of retrievers"
        )
        print("oauth fire: revoking server \(world.revoking.counts), tolerant server \(world.tolerant.counts)")
        let lost = losses.count { $0.provider == "oauth-revoking" }
        print("oauth fire: \(lost) connections killed between intent and commit, \(losses.count - lost) others lost")
    }
}

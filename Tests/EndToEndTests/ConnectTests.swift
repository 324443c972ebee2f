import Foundation
import FoundationNetworking
import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// A person connects, the provider takes it back, the person connects again; keys change meanwhile.
@Suite(.serialized, .alone) struct ConnectTests {
    @Test
    func `an integration is connected from a terminal, disabled when access is revoked, and resumes when reconnected`()
        async throws
    {
        try await withTestDatabase { database in
            let world = try await OAuthWorld(
                database: database, revoking: 1, tolerant: 0, life: .seconds(3), seed: 1, settings: QuickSettings.all)
            let pipeline = world.pipeline
            do {
                try await Self.course(of: world)
            } catch {
                await pipeline.stop()
                throw error
            }
            let logs = try pipeline.allLogs()
            await pipeline.stop()
            #expect(!logs.contains("r.person") && !logs.contains("a.person"), "a token is in the logs")
            #expect(!logs.contains("c.person"), "a code is in the logs")
        }
    }

    private static func course(of world: OAuthWorld) async throws {
        let pipeline = world.pipeline
        // Every process can open what the next key seals before anyone seals with it.
        let next = "new:" + Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        let current = "test:\(pipeline.key)"
        for service in Chaos.services { try pipeline.start(service, ["TRIBUTARY_KEYS": "\(current),\(next)"]) }
        try await pipeline.wait(
            for: "the integration to say that it is not connected", within: .seconds(60),
            until: "exists (select 1 from tributary.integrations where disabled_cause like '%is not connected%')")

        let output = try await connect(world)
        #expect(output.contains("revoking0/i0 is connected"))
        #expect(output.contains("verified: GET \(world.revoking.url)/me answered 200"))
        let complete =
            "exists (select 1 from tributary.object_state where complete_until > now() - interval '5 seconds')"
        try await pipeline.wait(for: "a sync with a renewed token", within: .seconds(60)) {
            let isComplete = try await pipeline.pool.query("select \(complete) as done").rows.first?.bool("done")
            return isComplete == true && world.revoking.counts.tokens >= 3
        }

        // Keys change while everything runs.
        let keys = ["TRIBUTARY_KEYS": "\(next),\(current)"]
        let rotated = try await pipeline.tributary(["rotate-keys"], settings: world.keeper.merging(keys) { $1 })
        #expect(rotated.contains("sealed again with the key 'new'"), "\(rotated)")
        let old = try await pipeline.pool.query(
            "select count(*) as n from tributary.credentials where key_id <> 'new'")
        #expect(try old.rows.first?.int("n") == 0)
        let tokens = world.revoking.counts.tokens
        try await pipeline.wait(for: "renewals by who has the old key first", within: .seconds(60)) {
            world.revoking.counts.tokens >= tokens + 3
        }
        let healthy = try await pipeline.pool.query(
            "select count(*) as n from tributary.integrations where disabled_class is null")
        #expect(try healthy.rows.first?.int("n") == 1)

        try await revoke(world, keys)
    }

    /// The person takes the access back: one attempt, one message. Connected again, it goes on from where it was.
    private static func revoke(_ world: OAuthWorld, _ keys: [String: String]) async throws {
        let (pipeline, pool, server) = (world.pipeline, world.pipeline.pool, world.revoking)
        let (failures, refusals) = (try await count(failedRuns, pool), server.counts.refusals)
        let told = try await count("tributary.alerts", pool)
        let before = Set(server.people)
        for name in before { server.revoke(name) }
        try await pipeline.wait(
            for: "the revoked connection to be disabled", within: .seconds(90),
            until: "exists (select 1 from tributary.integrations where disabled_cause like '%refuses to renew%')")
        #expect(try await count(failedRuns, pool) == failures + 1, "one attempt")
        #expect(server.counts.refusals == refusals + 1, "its refresh token was sent once")
        #expect(try await count("tributary.alerts", pool) == told + 1, "one message")
        let open = try await pool.query("select * from tributary.alerts where resolved_at is null").rows
        #expect(open.count == 1)
        #expect(try open.first?.text("audience") == "customer" && open.first?.int("times") == 1)
        let kept = try await pool.query("select complete_until from tributary.object_state").rows.first
        let until = try #require(try kept?.timestampIfPresent("complete_until"), "what was complete stays so")

        _ = try await connect(world, keys)
        try await pipeline.wait(
            for: "the sync to go on after reconnecting", within: .seconds(60),
            until: """
                exists (select 1 from tributary.object_state where complete_until > to_timestamp(\(until.microseconds) / 1e6))
                and not exists (select 1 from tributary.alerts where resolved_at is null and class = 'authorization')
                """)
        #expect(try await count(failedRuns, pool) == failures + 1, "it was left alone until it was connected again")
        #expect(server.counts.refusals == refusals + 1)
        let person = try #require(server.people.first { !before.contains($0) })
        // Less what the definition lets settle.
        let expected = (until - .seconds(1)).microseconds / 1000
        #expect(server.since(person).first == .some("\(expected)"), "it goes on from where it was")
    }

    private static let failedRuns =
        "tributary.sync_history where outcome = 'failed' and failure_class = 'authorization'"

    private static func count(_ what: String, _ pool: PostgresPool) async throws -> Int64 {
        try await pool.query("select count(*) as number from \(what)").rows.first?.int("number") ?? 0
    }

    /// Runs `tributary connect` and plays the browser.
    private static func connect(_ world: OAuthWorld, _ settings: [String: String] = [:]) async throws -> String {
        let pipeline = world.pipeline
        let seen = try addresses(pipeline).count
        async let output = pipeline.tributary(
            ["connect", "revoking0/i0", "--no-browser"], settings: world.keeper.merging(settings) { $1 })
        try await pipeline.wait(for: "the address to open", within: .seconds(30)) {
            try addresses(pipeline).count > seen
        }
        guard let address = try addresses(pipeline).last, let url = URL(string: address) else {
            throw PipelineError("no address was printed")
        }
        let (page, response) = try await URLSession.shared.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        #expect(String(decoding: page, as: UTF8.self).contains("You may close this window"))
        return try await output
    }

    private static func addresses(_ pipeline: Pipeline) throws -> [String] {
        try pipeline.allLogs().split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("http://") && $0.contains("/authorize?") }
    }
}

import Cryptography
import Foundation
import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// What happens when a provider is down for everyone, and when one customer takes its access back.
@Suite(.serialized, .alone) struct OutageTests {
    private static let integrations = 500
    private static let steady = 10
    private static let key = [UInt8](repeating: 7, count: 32)
    private static let secret = "whsec_" + Data(key).base64EncodedString()

    @Test
    func `an outage is one alert to the operator and nobody's loss, and a revoked access is its customer's alone`()
        async throws
    {
        try await withTestDatabase { database in
            let server = try OutageServer()
            let pipeline = try await Pipeline(
                database: database, catalog: TestCatalog.path,
                settings: QuickSettings.all.merging([
                    "TRIBUTARY_CAPACITY": "200", "TRIBUTARY_CIRCUIT_PAUSE": "1s",
                    "TRIBUTARY_ALERT_WEBHOOK": "\(server.url)/hook", "TRIBUTARY_ALERT_WEBHOOK_SECRET": Self.secret,
                ]) { $1 })
            let outcome: Result<Void, any Error>
            do {
                try await Self.start(pipeline, server)
                try await Self.outage(pipeline, server)
                try await Self.revocation(pipeline, server)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            let logs = try pipeline.allLogs()
            await pipeline.stop()
            try outcome.get()
            #expect(!logs.contains(Self.secret) && !logs.contains("sk_out_"), "a secret is in \(pipeline.logs)")
            for hook in server.hooks {
                #expect(!hook.body.contains(Self.secret) && !hook.body.contains("sk_out_") && !hook.body.contains("n0"))
            }
        }
    }

    private static func start(_ pipeline: Pipeline, _ server: OutageServer) async throws {
        var file = "customers:\n"
        var tokens: [String: String] = [:]
        for number in 0..<integrations {
            tokens["TOKEN_\(number)"] = "sk_out_\(number)"
            file += "  - key: c\(number)\n    integrations:\n" + integration("outage", "TOKEN_\(number)", server)
            if number < steady { file += integration("steady", "TOKEN_\(number)", server) }
        }
        let path = try pipeline.write(file, to: "apply.yaml")
        try await pipeline.tributary(["apply", "-f", path], settings: tokens)
        for service in ["scheduler", "retriever", "processor"] { try pipeline.start(service) }
        try await pipeline.wait(
            for: "everybody's first sync", within: .seconds(60),
            until: "not exists (select 1 from tributary.object_state where complete_until is null)")
    }

    private static func integration(_ provider: String, _ token: String, _ server: OutageServer) -> String {
        """
              - provider: \(provider)
                settings: { base_url: "\(server.url)" }
                secrets: { token: { env: \(token) } }

        """
    }

    private static func outage(_ pipeline: Pipeline, _ server: OutageServer) async throws {
        let pool = pipeline.pool
        server.turn(.failing)
        try await pipeline.wait(
            for: "the circuit to open", within: .seconds(40),
            until: "exists (select 1 from tributary.alerts where kind = 'outage')")
        server.change()
        for (pauses, mode) in [(1, OutageServer.Mode.hanging), (2, .resetting)] {
            server.turn(mode)
            try await pipeline.wait(
                for: "a probe to fail while \(mode)", within: .seconds(40),
                until: "exists (select 1 from tributary.provider_circuits where pauses >= \(pauses))")
        }
        // Others went on all the while, and each within a few of its paces.
        let late = try await count(
            "object_state where provider = 'steady' and last_synced_at < now() - interval '9 s'", pool)
        #expect(late == 0, "other providers were late")
        try await pipeline.wait(for: "the message's second try", within: .seconds(30)) { server.hooks.count >= 2 }
        server.forgetAnswers()
        let mended = try await pool.query("select clock_timestamp()::text as now").rows[0].text("now")
        server.turn(.well)
        try await pipeline.wait(
            for: "everybody to be complete again", within: .seconds(60),
            until: """
                not exists (select 1 from tributary.object_state where complete_until <= '\(mended)')
                and not exists (select 1 from tributary.provider_circuits)
                """)
        let stored = try await count(
            "interactions where payload->>'revision' = '2'", pool)
        #expect(stored == OutageServer.records * (integrations + steady), "records of the newest revision")
        let ahead = try await count("object_state where complete_until > clock_timestamp()", pool)
        #expect(ahead == 0)
        #expect(try await count("alerts", pool) == 1, "one alert")
        #expect(
            try await count("alerts where kind = 'outage' and audience = 'operator' and resolved_at is not null", pool)
                == 1)
        #expect(try await count("integrations where disabled_class is not null", pool) == 0)
        #expect(try await count("integration_health", pool) == 0, "counted failures")
        checkReturn(server)
        try checkHooks(server)
    }

    /// They came back a few at a time.
    private static func checkReturn(_ server: OutageServer) {
        let first = server.answers.filter { $0.since != nil && $0.token.hasPrefix("sk_out_") }
        guard let start = first.first?.at else {
            Issue.record("nobody came back")
            return
        }
        let steadyAsk = steady * 2
        let soon = first.filter { $0.at - start < .seconds(1) }.count
        #expect(soon < integrations / 3 + steadyAsk, "\(soon) came back within a second")
    }

    /// One message, though the receiver failed to acknowledge its first try.
    private static func checkHooks(_ server: OutageServer) throws {
        let hooks = server.hooks
        #expect(hooks.count == 2)
        #expect(Set(hooks.map(\.id)).count == 1)
        for hook in hooks {
            let signed = Array("\(hook.id).\(hook.timestamp).\(hook.body)".utf8)
            let code = try HMACSHA256.code(signed[...], key: Secret(bytes: key))
            #expect(hook.signature == "v1," + Data(code).base64EncodedString())
            #expect(hook.body.contains(#""kind":"outage""#) && hook.body.contains(#""audience":"operator""#))
        }
    }

    private static func revocation(_ pipeline: Pipeline, _ server: OutageServer) async throws {
        let pool = pipeline.pool
        server.revoke("sk_out_50")
        try await pipeline.wait(
            for: "the integration to be stopped", within: .seconds(30),
            until: "exists (select 1 from tributary.integrations where disabled_class = 'authorization')")
        try await pipeline.wait(for: "the message", within: .seconds(20)) {
            server.hooks.contains { $0.body.contains(#""kind":"reconnect""#) }
        }
        #expect(server.refusals == 1, "asked again with a refused credential")
        #expect(try await count("integrations where disabled_class is not null", pool) == 1)
        let open = try await pool.query("select * from tributary.alerts where resolved_at is null").rows
        #expect(open.count == 1)
        #expect(try open.first?.text("audience") == "customer" && open.first?.int("times") == 1)
        #expect(try open.first?.text("subject") == "c50/outage")
        let shown = try await pipeline.tributary("alerts")
        for part in ["c50/outage", "customer", "authorization", "what happened:", "to do", "fixed when:"] {
            #expect(shown.contains(part), "\(part) is missing in \(shown)")
        }
        let kept = try await completeUntil(pool)
        server.revoke("sk_out_50", false)
        server.forgetAnswers()
        try await pipeline.tributary("enable", "c50/outage")
        try await pipeline.wait(for: "it to go on", within: .seconds(30)) { try await completeUntil(pool) > kept }
        let asked = server.answers.first { $0.token == "sk_out_50" }?.since
        #expect(asked == kept.microseconds / 1000, "it asked since \(asked ?? -1), it was complete until \(kept)")
        #expect(try await count("alerts where resolved_at is null", pool) == 0)
        #expect(server.hooks.count { $0.body.contains(#""kind":"reconnect""#) } == 1, "one message")
    }

    private static func completeUntil(_ pool: PostgresPool) async throws -> Timestamp {
        try await pool.query(
            """
            select s.complete_until from tributary.object_state s join tributary.integration_objects o on o.id = s.object_id
            join tributary.customers c on c.id = o.customer_id where c.key = 'c50'
            """
        ).rows[0].timestamp("complete_until")
    }

    private static func count(_ what: String, _ pool: PostgresPool) async throws -> Int {
        Int(try await pool.query("select count(*) as number from tributary.\(what)").rows[0].int("number"))
    }
}

import Foundation
import Kafka
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Nothing that a run writes anywhere shows a secret that it used.
@Suite(.serialized, .alone) struct SecretTests {
    private let seed = UInt64.random(in: 0...99_999)
    private static let roles = ["scheduler", "retriever", "processor", "operator"]

    @Test func `no secret of a whole run is in logs, output, topics or tables`() async throws {
        try await withTestDatabase { database in
            let password = "hunter-\(UInt64.random(in: 0 ... .max))"
            let login = "geheim-\(UInt64.random(in: 0 ... .max))"
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: [120, 100], seed: seed, troubles: ScriptedServer.Troubles(),
                password: login, settings: QuickSettings.all)
            let pipeline = world.pipeline
            for role in Self.roles {
                try await pipeline.pool.query("alter role tributary_\(role) password '\(password)'")
            }
            let outcome = await Self.result {
                for service in Chaos.services {
                    try pipeline.start(service, Self.connection(database, service, password))
                }
                return try await Self.everythingWritten(
                    by: world, Self.connection(database, "operator", password), seed)
            }
            await pipeline.stop()
            // Roles belong to the whole cluster.
            for role in Self.roles { try await pipeline.pool.query("alter role tributary_\(role) password null") }
            let places = try outcome.get()
            let key = pipeline.key
            let secrets = [
                "API key": ScriptedWorld.token, "database password": password, "key ring": key,
                "key ring as hexadecimal": Data(base64Encoded: key)?.map { String(format: "%02x", $0) }.joined() ?? key,
                "API key as Base64": Data(ScriptedWorld.token.utf8).base64EncodedString(),
                "password of basic authorisation": login,
                "value of the header Authorization": Data("somebody:\(login)".utf8).base64EncodedString(),
            ]
            Self.search(places, for: secrets, world.pipeline)
        }
    }

    @Test func `no client secret and no token of a connection is in logs, output, topics or tables`() async throws {
        try await withTestDatabase { database in
            let clientSecret = "app-\(UInt64.random(in: 0 ... .max))"
            let world = try await OAuthWorld(
                database: database, revoking: 2, tolerant: 1, life: .seconds(2), seed: seed, trouble: 0.05,
                clientSecret: clientSecret, settings: QuickSettings.all)
            let pipeline = world.pipeline
            let outcome = await Self.result {
                try await world.connectAll()
                for service in Chaos.services { try pipeline.start(service) }
                return try await Self.everythingWritten(by: world)
            }
            await pipeline.stop()
            var secrets = ["client secret": clientSecret]
            for row in try await pipeline.pool.query("select id from tributary.integrations").rows {
                // Tokens are `r.<name>.<number>` and `a.<name>.<number>`.
                let id = try row.int("id")
                secrets["refresh token of \(id)"] = "r.n\(id)."
                secrets["access token of \(id)"] = "a.n\(id)."
            }
            Self.search(try outcome.get(), for: secrets, pipeline)
        }
    }

    private static func search(_ places: [String: String], for secrets: [String: String], _ pipeline: Pipeline) {
        for (place, text) in places {
            #expect(!text.isEmpty, "nothing was found in \(place), so the search proves nothing")
            for (name, secret) in secrets {
                #expect(!text.contains(secret), "the \(name) is in \(place); logs in \(pipeline.logs)")
            }
        }
    }

    /// By place. Every connection is renewed some times, then one is taken back.
    private static func everythingWritten(by world: OAuthWorld) async throws -> [String: String] {
        let pipeline = world.pipeline
        try await pipeline.wait(
            for: "the first syncs and some renewals", within: .seconds(120),
            until: """
                not exists (select 1 from tributary.object_state where complete_until is null)
                  and not exists (select 1 from tributary.tokens where version < 3)
                """)
        world.revoking.revoke("n1")
        try await pipeline.wait(
            for: "the integration to be stopped, and that to be announced", within: .seconds(60),
            until: """
                exists (select 1 from tributary.alerts where class = 'authorization')
                  and not exists (select 1 from tributary.announcements)
                """)
        var output = ""
        for arguments in [["status"], ["alerts"], ["explain", "revoking0/i0/things"]] {
            output += try await pipeline.tributary(arguments, settings: [:])
        }
        let tables = ["alerts", "tokens", "credentials", "definitions", "object_state", "integrations"]
        var places = ["output of tributary": output, "logs": try pipeline.allLogs()]
        for table in tables { places["table \(table)"] = try await contents(table, pipeline) }
        let topics = ["interactions.custom", "records.custom", "sync.finished", "alerts"]
        for (topic, text) in try await messages(of: pipeline, topics) { places["topic \(topic)"] = text }
        return places
    }

    private static func contents(_ table: String, _ pipeline: Pipeline) async throws -> String? {
        try await pipeline.pool.query(
            "select coalesce(string_agg(t::text, chr(10)), '') as everything from tributary.\(table) t"
        ).rows.first?.text("everything")
    }

    /// By place. The run succeeds, fails for a wrong key, and loses its database for a moment.
    private static func everythingWritten(
        by world: ScriptedWorld, _ connection: [String: String], _ seed: UInt64
    ) async throws -> [String: String] {
        let pipeline = world.pipeline
        try await world.waitForInitialSyncs(within: .seconds(120))
        var output = ""
        let object = "customer1/scripted/accounts"
        let commands = [["status"], ["status", "--json"], ["runs", object], ["explain", object], ["alerts"]]
        for arguments in commands {
            output += try await pipeline.tributary(arguments, settings: connection)
        }
        // Errors are where secrets like to show: connections break, and then the provider refuses the key.
        try await pipeline.pool.query(
            "select pg_terminate_backend(pid)::text from pg_stat_activity where datname = current_database() and usename like 'tributary\\_%'"
        )
        world.server.refuseEverybody()
        try await pipeline.wait(
            for: "the integration to be stopped", within: .seconds(60),
            until: "exists (select 1 from tributary.alerts where class = 'authorization')")
        output += try await pipeline.tributary(["status"], settings: connection)
        try await pipeline.wait(
            for: "the alert to be announced", within: .seconds(60),
            until: "not exists (select 1 from tributary.announcements)")
        var places = ["output of tributary": output, "logs": try pipeline.allLogs()]
        for table in ["sync_history", "alerts", "integrations", "credentials", "definitions", "object_state"] {
            places["table \(table)"] = try await contents(table, pipeline)
        }
        let topics = [
            "interactions.accounts", "interactions.contacts", "interactions.deals", "interactions.custom",
            "records.accounts", "records.contacts", "records.deals", "records.custom", "sync.requested.scripted",
            "sync.finished", "alerts",
        ]
        for (topic, text) in try await messages(of: pipeline, topics) { places["topic \(topic)"] = text }
        return places
    }

    /// Keys, headers and values of everything on the topics.
    private static func messages(of pipeline: Pipeline, _ names: [String]) async throws -> [String: String] {
        let kafka = KafkaConfiguration(bootstrapServers: pipeline.brokers, clientID: "secrets")
        let consumer = try KafkaConsumer(
            kafka, group: "secrets-\(UInt64.random(in: 0 ... .max))", topics: names.map { pipeline.topicPrefix + $0 })
        var found = Dictionary(uniqueKeysWithValues: names.map { (pipeline.topicPrefix + $0, "") })
        var idle = 0
        while idle < 5 || (found.values.contains("") && idle < 20) {
            let messages = try await consumer.poll(maximum: 2000, timeout: .seconds(1))
            idle = messages.isEmpty ? idle + 1 : 0
            for message in messages {
                let headers = message.headers.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                let parts = [message.key, message.value].map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "" }
                found[message.topic, default: ""] += "\(headers) \(parts.joined(separator: " "))\n"
            }
        }
        await consumer.close()
        return found
    }

    private static func connection(_ database: TestDatabase, _ role: String, _ password: String) -> [String: String] {
        ["TRIBUTARY_POSTGRES": "\(database.connectionString(as: "tributary_\(role)")) password='\(password)'"]
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

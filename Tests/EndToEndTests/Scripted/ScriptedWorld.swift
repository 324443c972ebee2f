import Foundation
import Models
import Pipeline
import PostgresHarness
import Testing

/// Some customers with a scripted provider each, and a pipeline that syncs them.
struct ScriptedWorld: Sendable {
    static let token = "sk_scripted_\(UInt64.random(in: 0 ... .max))"

    let tenants: [ScriptedTenant]
    let server: ScriptedServer
    let pipeline: Pipeline
    let seed: UInt64
    private let pace: String?

    /// `records` in all, spread over `customers` with four objects each.
    init(
        database: TestDatabase, customers: Int, records: Int, seed: UInt64,
        troubles: ScriptedServer.Troubles = ScriptedServer.Troubles(), settings: [String: String] = [:]
    ) async throws {
        let each = max(100, records / customers / 4)
        try await self.init(
            database: database, recordsPerObject: Array(repeating: each, count: customers), seed: seed,
            troubles: troubles,
            settings: settings)
    }

    /// A customer for each of `recordsPerObject`. With a `pace` ("1h") instead of the definition's two seconds, what
    /// follows the initial sync is up to the test. With a `password`, the last customer logs in with that.
    init(
        database: TestDatabase, recordsPerObject: [Int], seed: UInt64,
        troubles: ScriptedServer.Troubles = .none, pace: String? = nil, brokers: String? = nil,
        password: String? = nil, settings: [String: String] = [:]
    ) async throws {
        self.seed = seed
        self.pace = pace
        tenants = recordsPerObject.enumerated().map { place, each in
            ScriptedTenant(
                name: "customer\(place + 1)",
                counts: Dictionary(uniqueKeysWithValues: ScriptedObject.allCases.map { ($0, each) }))
        }
        server = try ScriptedServer(
            tenants: tenants, token: Self.token, password: password, seed: seed, troubles: troubles)
        pipeline = try await Pipeline(
            database: database, catalog: TestCatalog.path, brokers: brokers, settings: settings)
        var file = "customers:\n"
        for tenant in tenants {
            let logsIn = password != nil && tenant.name == tenants.last?.name
            file += """
                  - key: \(tenant.name)
                    every: { \(pace.map { "all: \($0)" } ?? "") }
                    integrations:
                      - key: scripted
                        provider: scripted
                        settings: { base_url: "\(server.address(of: tenant))" }
                        secrets: { \(logsIn ? "password: { env: SCRIPTED_PASSWORD }" : "token: { env: SCRIPTED_TOKEN }") }

                """
        }
        let path = try pipeline.write(file, to: "apply.yaml")
        try await pipeline.tributary(
            "apply", "-f", path, settings: ["SCRIPTED_TOKEN": Self.token, "SCRIPTED_PASSWORD": password ?? ""])
    }

    /// The provider goes quiet, one more sync of everything runs, and the outbox empties. Returns when that was.
    func settle(within patience: Duration) async throws -> Timestamp {
        server.behave()
        let quiet = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        for tenant in tenants {
            // Offset paging over a set that moves is made whole by its full run.
            try await sync(.deals, of: tenant, "--full")
            guard pace != nil else { continue }
            for object in ScriptedObject.allCases where object != .deals { try await sync(object, of: tenant) }
        }
        try await pipeline.wait(
            for: "one more sync of every object", within: patience,
            until: """
                not exists (select 1 from tributary.object_state s join tributary.integration_objects o on o.id = s.object_id
                  where s.complete_until is null or s.complete_until < to_timestamp(\(quiet.microseconds) / 1e6)
                    or (o.object = 'deals' and (s.full_wanted or s.last_full_at < to_timestamp(\(quiet.microseconds) / 1e6))))
                """)
        try await pipeline.wait(
            for: "everything to be published", within: patience, until: "not exists (select 1 from tributary.outbox)")
        return quiet
    }

    /// Asks for a sync and returns what `tributary` says.
    @discardableResult
    func sync(_ object: ScriptedObject, of tenant: ScriptedTenant, _ options: String...) async throws -> String {
        try await pipeline.tributary(["sync", "\(tenant.name)/scripted/\(object.rawValue)"] + options, settings: [:])
    }

    /// Returns when the initial sync of every object has ended, and nothing runs unless the next ones follow at once.
    func waitForInitialSyncs(within patience: Duration) async throws {
        let unfinished = pace == nil ? "complete_until is null" : "complete_until is null or state <> 'idle'"
        try await pipeline.wait(
            for: "the initial syncs", within: patience,
            until: "not exists (select 1 from tributary.object_state where \(unfinished))")
    }

    /// The seed, the differences and where the logs are, for a failure's message.
    func report(_ differences: [String]) -> Comment {
        """
        seed \(seed): \(differences.count) differences: \(differences.prefix(20).joined(separator: "; ")); logs in \(pipeline.logs)
        """
    }

    /// Every difference between what Tributary holds and what the provider holds, in words.
    func differences(quietSince quiet: Timestamp, brokerLostNothing: Bool = true) async throws -> [String] {
        var found = try await RunOracle(pool: pipeline.pool)
            .differences(quietSince: quiet, brokerLostNothing: brokerLostNothing)
        for tenant in tenants {
            found += try await Oracle(pool: pipeline.pool).differences(of: tenant, customer: tenant.name)
        }
        found += try await TopicOracle(pipeline: pipeline).differences()
        return found
    }
}

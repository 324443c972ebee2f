import Foundation
import Models
import Pipeline
import PostgresHarness

/// Some customers with a scripted provider each, and a pipeline that syncs them.
struct ScriptedWorld: Sendable {
    static let token = "sk_scripted_\(UInt64.random(in: 0 ... .max))"

    let tenants: [ScriptedTenant]
    let server: ScriptedServer
    let pipeline: Pipeline
    let seed: UInt64

    /// `records` in all, spread over `customers` with four objects each.
    init(
        database: TestDatabase, customers: Int, records: Int, seed: UInt64,
        troubles: ScriptedServer.Troubles = ScriptedServer.Troubles(), settings: [String: String] = [:]
    ) async throws {
        self.seed = seed
        let each = max(100, records / customers / 4)
        tenants = (1...customers).map { number in
            ScriptedTenant(
                name: "customer\(number)",
                counts: Dictionary(uniqueKeysWithValues: ScriptedObject.allCases.map { ($0, each) }))
        }
        server = try ScriptedServer(tenants: tenants, token: Self.token, seed: seed, troubles: troubles)
        let catalog = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Catalog").path
        pipeline = try await Pipeline(database: database, catalog: catalog, settings: settings)
        var file = "customers:\n"
        for tenant in tenants {
            file += """
                  - key: \(tenant.name)
                    integrations:
                      - key: scripted
                        provider: scripted
                        settings: { base_url: "\(server.address(of: tenant))" }
                        secrets: { token: { env: SCRIPTED_TOKEN } }

                """
        }
        let path = try pipeline.write(file, to: "apply.yaml")
        try await pipeline.tributary("apply", "-f", path, settings: ["SCRIPTED_TOKEN": Self.token])
    }

    /// The provider goes quiet, one more sync of everything runs, and the outbox empties. Returns when that was.
    func settle(within patience: Duration) async throws -> Timestamp {
        server.behave()
        let quiet = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        // Offset paging over a set that moves is made whole by its full run.
        for tenant in tenants {
            try await pipeline.tributary("sync", "\(tenant.name)/scripted/deals", "--full")
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

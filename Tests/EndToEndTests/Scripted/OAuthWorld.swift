import Catalog
import Credentials
import Cryptography
import Foundation
import JSON
import Models
import Pipeline
import Postgres
import PostgresHarness
import Storage

/// Integrations that are connected with two authorisation servers, one of which tolerates that a refresh token comes
/// twice.
struct OAuthWorld: Sendable {
    let pipeline: Pipeline
    let revoking: AuthorizationServer
    let tolerant: AuthorizationServer

    init(
        database: TestDatabase, revoking: Int, tolerant: Int, life: Duration, seed: UInt64, trouble: Double = 0,
        clientSecret: String = "secret", settings: [String: String] = [:]
    ) async throws {
        self.revoking = try AuthorizationServer(
            isTolerant: false, life: life, seed: seed, trouble: trouble, clientSecret: clientSecret)
        self.tolerant = try AuthorizationServer(
            isTolerant: true, life: life, seed: seed &+ 1, trouble: trouble, clientSecret: clientSecret)
        pipeline = try await Pipeline(database: database, catalog: TestCatalog.path, settings: settings)
        var file = "customers:\n"
        for (kind, count, server) in [("revoking", revoking, self.revoking), ("tolerant", tolerant, self.tolerant)] {
            for number in 0..<count {
                // Ten integrations a customer.
                if number % 10 == 0 { file += "  - key: \(kind)\(number / 10)\n    integrations:\n" }
                file += """
                          - key: i\(number)
                            provider: oauth-\(kind)
                            settings: { base_url: "\(server.url)" }
                            secrets: { client_id: { env: APP_ID }, client_secret: { env: APP_SECRET } }

                    """
            }
        }
        try await pipeline.tributary(
            "apply", "-f", try pipeline.write(file, to: "apply.yaml"),
            settings: ["APP_ID": "app", "APP_SECRET": clientSecret])
    }

    /// How the keeper of credentials connects.
    var keeper: [String: String] {
        ["TRIBUTARY_POSTGRES": pipeline.database.connectionString(as: "tributary_keeper")]
    }

    /// Connects every integration as if a person had consented: their first access token is over already.
    func connectAll() async throws {
        let keys = try KeyRing(parsing: Secret("test:\(pipeline.key)"))
        let store = PostgresTokenStore(database: pipeline.pool)
        let rows = try await pipeline.pool.query("select id, public_id, provider from tributary.integrations").rows
        for row in rows {
            let (id, publicID) = (try row.int("id"), try row.uuid("public_id"))
            let server = try row.text("provider") == "oauth-revoking" ? revoking : tolerant
            let token = GrantedToken(
                access: Secret("a.n\(id).0"), refresh: Secret(server.connect("n\(id)")),
                expiresAt: Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)),
                kept: JSONObject([("tenant", .string("t-n\(id)"))]))
            try await store.connect(
                integration: id, method: "oauth2",
                try TokenSealing(keys: keys).seal(token, for: "token:\(publicID)"))
        }
    }
}

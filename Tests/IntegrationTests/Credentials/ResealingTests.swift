import Cryptography
import Models
import Postgres
import PostgresHarness
import Storage
import Testing

@Suite struct ResealingTests {
    @Test func `what was sealed with an older key is found and replaced, unless it has changed since`() async throws {
        try await withTestDatabase { database in
            let admin = database.pool()
            _ = try await MigrationRunner(database.settings).run()
            let keeper = database.pool(as: "tributary_keeper")
            let (store, tokens) = (ResealingStore(database: keeper), PostgresTokenStore(database: keeper))
            var integrations: [Int64] = []
            for number in 0..<5 {
                let integration = try await SealedIntegration.make(in: admin)
                integrations.append(integration)
                try await admin.query(
                    "insert into tributary.credentials (integration_id, ciphertext, key_id) values ($1, $2, 'old')",
                    [.int(integration), .bytes([UInt8(number)])])
                try await tokens.connect(
                    integration: integration, method: "way",
                    SealedToken(ciphertext: [UInt8(number)], keyID: number == 0 ? "new" : "old", expiresAt: nil))
            }
            let first = try await store.outdated(in: .tokens, keyID: "new", after: 0, limit: 3)
            #expect(first.map(\.integration) == Array(integrations[1...3]))
            #expect(first.allSatisfy { $0.purpose == "token:\($0.publicID)" && $0.keyID == "old" })
            let rest = try await store.outdated(in: .tokens, keyID: "new", after: integrations[3], limit: 3)
            #expect(rest.map(\.integration) == [integrations[4]])
            #expect(try await store.replace(first[0], ciphertext: [9], keyID: "new"))
            #expect(try await store.replace(first[0], ciphertext: [8], keyID: "new") == false, "another was faster")
            // A token that was renewed meanwhile must not be replaced by the one before it.
            try await tokens.connect(
                integration: first[1].integration, method: "way",
                SealedToken(ciphertext: [7], keyID: "old", expiresAt: nil))
            #expect(try await store.replace(first[1], ciphertext: [8], keyID: "new") == false)
            #expect(try await tokens.token(integration: first[1].integration)?.sealed?.ciphertext == [7])
            #expect(try await tokens.token(integration: first[0].integration)?.version == 1, "the token is the same")
            #expect(try await store.outdated(in: .credentials, keyID: "new", after: 0, limit: 9).count == 5)
        }
    }
}

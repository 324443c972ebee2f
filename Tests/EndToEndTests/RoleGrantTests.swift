import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Each service's role may do what its service does, and nothing that another one's trust depends on.
@Suite(.serialized, .alone) struct RoleGrantTests {
    struct Attempt: Sendable, CustomTestStringConvertible {
        let role: String
        let statement: String
        var testDescription: String { "\(role): \(statement)" }

        init(_ role: String, _ statement: String) {
            self.role = "tributary_\(role)"
            self.statement = statement
        }
    }

    /// Rows that match nothing are enough: rights are checked before rows are looked for.
    private static let refused = [
        Attempt("processor", "select integration_id from tributary.credentials"),
        Attempt("processor", "select ciphertext from tributary.credentials"),
        Attempt("processor", "update tributary.object_state set runnable = false where false"),
        Attempt("processor", "update tributary.pages set expected = 0 where false"),
        Attempt("processor", "delete from tributary.pages where false"),
        Attempt("processor", "insert into tributary.sync_history default values"),
        Attempt("processor", "update tributary.integrations set enabled = false where false"),
        Attempt("retriever", "insert into tributary.interactions select * from tributary.interactions"),
        Attempt("retriever", "insert into tributary.interactions default values"),
        Attempt("retriever", "update tributary.interactions set payload = '{}' where false"),
        Attempt("retriever", "delete from tributary.interactions where false"),
        Attempt("retriever", "update tributary.accounts set name = '' where false"),
        Attempt("retriever", "insert into tributary.outbox default values"),
        Attempt("retriever", "update tributary.integrations set settings = '{}' where false"),
        Attempt("retriever", "delete from tributary.rate_budgets where false"),
        Attempt("processor", "select owner from tributary.rate_budgets"),
        Attempt("scheduler", "update tributary.rate_budgets set blocked_until = null where false"),
        Attempt("operator", "update tributary.rate_budgets set blocked_until = null where false"),
        Attempt("reader", "update tributary.rate_budgets set blocked_until = null where false"),
        Attempt("scheduler", "select ciphertext from tributary.credentials"),
        Attempt("scheduler", "select key_id from tributary.credentials"),
        Attempt("scheduler", "insert into tributary.credentials default values"),
        Attempt("scheduler", "update tributary.interactions set payload = '{}' where false"),
        Attempt("scheduler", "update tributary.pages set stored_count = expected where false"),
        Attempt("scheduler", "update tributary.integrations set settings = '{}' where false"),
        Attempt("operator", "select ciphertext from tributary.credentials"),
        Attempt("operator", "select * from tributary.credentials"),
        Attempt("operator", "update tributary.credentials set key_id = '' returning ciphertext"),
        Attempt("operator", "update tributary.interactions set payload = '{}' where false"),
        Attempt("operator", "update tributary.pages set stored_count = expected where false"),
        Attempt("operator", "select ciphertext from tributary.tokens"),
        Attempt("operator", "update tributary.tokens set version = 0 where false"),
        Attempt("scheduler", "select ciphertext from tributary.tokens"),
        Attempt("processor", "select method from tributary.tokens"),
        Attempt("keeper", "update tributary.integrations set settings = '{}' where false"),
        Attempt("keeper", "select payload from tributary.interactions"),
        Attempt("retriever", "update tributary.provider_circuits set allowed = 9 where false"),
        Attempt("retriever", "update tributary.alert_deliveries set delivered_at = now() where false"),
        Attempt("retriever", "update tributary.customers set alert_email = '' where false"),
        Attempt("scheduler", "update tributary.customers set alert_email = '' where false"),
        Attempt("processor", "update tributary.integration_health set failed_runs = 0 where false"),
        Attempt("processor", "delete from tributary.provider_troubles where false"),
        Attempt("processor", "select attempts from tributary.alert_deliveries"),
        Attempt("operator", "update tributary.integration_health set failed_runs = 0 where false"),
        Attempt("operator", "update tributary.provider_circuits set allowed = 9 where false"),
        Attempt("operator", "update tributary.alert_deliveries set delivered_at = now() where false"),
        Attempt("keeper", "update tributary.provider_circuits set allowed = 9 where false"),
        Attempt("reader", "delete from tributary.alert_deliveries where false"),
        Attempt("scheduler", "update tributary.integration_objects set resolved_every = null where false"),
        Attempt("retriever", "update tributary.integration_objects set resolved_every = null where false"),
        Attempt("processor", "update tributary.integration_objects set resolved_every = null where false"),
        Attempt("scheduler", "select tributary.estimated_records(1)"),
        Attempt("reader", "select method from tributary.tokens"),
        Attempt("reader", "select key_id from tributary.credentials"),
        Attempt("reader", "delete from tributary.interactions where false"),
        Attempt("reader", "update tributary.customers set name = '' where false"),
        Attempt("reader", "update tributary.object_state set runnable = false where false"),
    ]

    /// What the services do; so that a role that cannot even connect does not pass for a careful one.
    private static let allowed = [
        Attempt("processor", "update tributary.pages set stored_count = 0 where false"),
        Attempt("processor", "update tributary.interactions set payload = '{}' where false"),
        Attempt("processor", "delete from tributary.outbox where false"),
        Attempt("retriever", "select ciphertext from tributary.credentials"),
        Attempt("retriever", "update tributary.rate_budgets set blocked_until = null where false"),
        Attempt("reader", "select owner, blocked_until from tributary.rate_budgets"),
        Attempt("retriever", "update tributary.pages set expected = 0 where false"),
        Attempt("retriever", "update tributary.object_state set runnable = false where false"),
        Attempt("scheduler", "update tributary.object_state set runnable = false where false"),
        Attempt("scheduler", "delete from tributary.pages where false"),
        Attempt("retriever", "update tributary.tokens set version = 0 where false"),
        Attempt("keeper", "select ciphertext from tributary.credentials"),
        Attempt("keeper", "update tributary.credentials set key_id = '' where false"),
        Attempt("keeper", "update tributary.tokens set version = 0 where false"),
        Attempt("operator", "select version, lost_at from tributary.tokens"),
        Attempt("operator", "select key_id, version from tributary.credentials"),
        Attempt("operator", "update tributary.credentials set key_id = '' where false"),
        Attempt("operator", "update tributary.customers set name = '' where false"),
        Attempt("scheduler", "update tributary.provider_circuits set allowed = 9 where false"),
        Attempt("scheduler", "update tributary.alert_deliveries set delivered_at = now() where false"),
        Attempt("scheduler", "delete from tributary.provider_troubles where false"),
        Attempt("retriever", "update tributary.integration_health set failed_runs = 0 where false"),
        Attempt("retriever", "update tributary.provider_troubles set cause = '' where false"),
        Attempt("operator", "delete from tributary.integration_health where false"),
        Attempt("operator", "update tributary.integration_objects set resolved_every = null where false"),
        Attempt("operator", "select tributary.estimated_records(1)"),
        Attempt("reader", "select allowed from tributary.provider_circuits"),
        Attempt("reader", "select payload from tributary.interactions"),
    ]

    @Test func `each role may do what its service does and is refused the rest`() async throws {
        try await withTestDatabase { database in
            let pipeline = try await Pipeline(database: database, catalog: "/nonexistent")
            for attempt in Self.refused {
                let error = await Self.error(of: attempt, in: database)
                #expect(error == "42501", "\(attempt.testDescription) must be refused")
            }
            for attempt in Self.allowed {
                let error = await Self.error(of: attempt, in: database)
                #expect(error == nil, "\(attempt.testDescription) must be allowed")
            }
            await pipeline.stop()
        }
    }

    /// The SQLSTATE that an attempt ended with, in words where there is none; nil if it succeeded.
    private static func error(of attempt: Attempt, in database: TestDatabase) async -> String? {
        do {
            let connection = try await database.connection(as: attempt.role)
            defer { Task { await connection.close() } }
            try await connection.query(attempt.statement)
            return nil
        } catch let error as PostgresError {
            return error.sqlState ?? "\(error)"
        } catch {
            return "\(error)"
        }
    }
}

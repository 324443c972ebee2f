import Models
import Postgres
import PostgresHarness
import Storage
import StorageConformance
import Testing

/// Budgets in a real database, under the retriever's role.
private struct PostgresFixture: BudgetFixture {
    let admin: PostgresPool
    let budgets: any BudgetStore

    init(_ database: TestDatabase) async throws {
        admin = database.pool()
        _ = try await MigrationRunner(database.settings).run()
        budgets = PostgresBudgetStore(database: database.pool(as: "tributary_retriever"))
    }

    /// Only the database's own clock counts.
    func pass(_ duration: Duration) async throws {
        try await admin.query("select pg_sleep_for($1::interval)::text", [.interval(duration)])
    }
}

@Suite struct PostgresBudgetStoreTests {
    @Test(arguments: BudgetCheck.all) func keepsTheRule(check: BudgetCheck) async throws {
        try await withTestDatabase { try await check.run(try await PostgresFixture($0)) }
    }
}

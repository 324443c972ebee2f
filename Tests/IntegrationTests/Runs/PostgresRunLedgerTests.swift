import PostgresHarness
import StorageConformance
import Testing

@Suite struct PostgresRunLedgerTests {
    @Test(arguments: RunLedgerCheck.all) func keepsTheRule(check: RunLedgerCheck) async throws {
        try await withTestDatabase { try await check.run(try await PostgresRunLedger($0)) }
    }
}

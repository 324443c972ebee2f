import Models
import Postgres
import PostgresHarness
import Storage
import Testing

/// Two schedulers that ring for two providers at the same moment: neither sees what the other has marked.
@Suite struct CustomerCapTests {
    @Test(.timeLimit(.minutes(2))) func `a customer's cap holds while another ring of its runs is not committed`()
        async throws
    {
        try await withTestDatabase { database in
            let ledger = try await PostgresRunLedger(database)
            for provider in ["a", "b"] {
                for _ in 0..<3 {
                    _ = try await ledger.addObject(customer: 1, provider: provider, every: .seconds(60), weight: 1)
                }
            }
            try await ledger.setCap(2, ofCustomer: 1)
            _ = try await ledger.scheduling.openDue(limit: 10)

            // Whoever marks a run as rung stops at this gate, with the mark made and not committed.
            for statement in Self.gate { try await ledger.admin.query(statement) }
            let gate = database.pool(connections: 1)
            try await gate.query("select pg_advisory_lock(4711)::text")
            async let first = ledger.scheduling.ring(provider: "a", minimum: 16)
            async let second = ledger.scheduling.ring(provider: "b", minimum: 16)
            while try await Self.waiting(ledger.admin) < 2 { try Task.checkCancellation() }
            try await gate.query("select pg_advisory_unlock(4711)::text")

            #expect(try await first.count + second.count == 2, "rings for a customer with a cap of 2")
        }
    }

    /// Sessions that wait for a lock.
    private static func waiting(_ admin: PostgresPool) async throws -> Int64 {
        let result = try await admin.query(
            """
            select count(*) as sessions from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """)
        return try #require(result.rows.first).int("sessions")
    }

    private static let gate = [
        """
        create function tributary.wait_at_the_gate() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(4711); return null; end $$
        """,
        """
        create trigger gate after update of rung_at on tributary.object_state
        for each statement execute function tributary.wait_at_the_gate()
        """,
    ]
}

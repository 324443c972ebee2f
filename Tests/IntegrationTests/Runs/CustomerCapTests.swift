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
            _ = try await MigrationRunner(database.settings).run()
            let admin = database.pool(connections: 1)
            for statement in Self.world { try await admin.query(statement) }

            // Whoever marks a run as rung stops at this gate, with the mark made and not committed.
            let gate = database.pool(connections: 1)
            try await gate.query("select pg_advisory_lock(4711)::text")
            let store = PostgresSchedulingStore(database: database.pool(connections: 2, as: "tributary_scheduler"))
            async let first = store.ring(provider: "a", minimum: 16)
            async let second = store.ring(provider: "b", minimum: 16)
            while try await Self.waiting(admin) < 2 { try Task.checkCancellation() }
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

    /// A customer with a cap of 2 and three runs in the queue of each of two providers.
    private static let world = [
        "insert into tributary.customers (public_id, key, name, max_runs) values (gen_random_uuid(), 'c', 'c', 2)",
        """
        insert into tributary.integrations (public_id, customer_id, key, provider)
        select gen_random_uuid(), id, p, p from tributary.customers, unnest(array['a', 'b']) p
        """,
        """
        insert into tributary.integration_objects
          (public_id, integration_id, customer_id, provider, object, interaction_type)
        select gen_random_uuid(), id, customer_id, provider, 'object' || n, 'contacts'
        from tributary.integrations, generate_series(1, 3) n
        """,
        """
        insert into tributary.object_state (object_id, customer_id, provider, state, queued_at)
        select id, customer_id, provider, 'queued', now() from tributary.integration_objects
        """,
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

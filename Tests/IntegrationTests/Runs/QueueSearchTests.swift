import Models
import Postgres
import PostgresHarness
import Storage
import Testing

/// The looks that a scheduler takes many times a second, over objects that have nothing to do.
@Suite struct QueueSearchTests {
    @Test func `what there is nothing to do for is not read`() async throws {
        try await withTestDatabase { database in
            _ = try await MigrationRunner(database.settings).run()
            let admin = database.pool(connections: 1)
            try await admin.query(
                "insert into tributary.customers (public_id, key, name) values (gen_random_uuid(), 'c', 'c')")
            try await admin.query(
                """
                insert into tributary.integrations (public_id, customer_id, key, provider)
                select gen_random_uuid(), id, 'i', 'p' from tributary.customers
                """)
            try await admin.query(
                """
                insert into tributary.integration_objects
                  (public_id, integration_id, customer_id, provider, object, interaction_type)
                select gen_random_uuid(), id, customer_id, 'p', 'object' || n, 'contacts'
                from tributary.integrations, generate_series(1, 5000) n
                """)
            try await admin.query(
                """
                insert into tributary.object_state (object_id, customer_id, provider, next_due_at)
                select id, customer_id, provider, now() + interval '1 day' from tributary.integration_objects
                """)
            try await admin.query(
                """
                update tributary.object_state set state = 'postponed', wake_at = now() + interval '1 day'
                where object_id % 2 = 0
                """)
            try await admin.query("vacuum analyze tributary.object_state")
            try await admin.query("select sum(run_number)::text from tributary.object_state")
            try await admin.query("select pg_stat_force_next_flush()::text")

            // One session, so that its own counts can be flushed.
            let scheduler = database.pool(connections: 1, as: "tributary_scheduler")
            let store = PostgresSchedulingStore(database: scheduler)
            func rowsRead() async throws -> Int64 {
                try await scheduler.query("select pg_stat_force_next_flush()::text")
                return try await scheduler.query(
                    """
                    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint as n
                    from pg_stat_user_tables where relname = 'object_state'
                    """
                ).rows[0].int("n")
            }
            let before = try await rowsRead()
            #expect(before >= 5000, "the statistics do not count: \(before)")
            // The planner itself reads a few, to know the ends of an index.
            let looks: [(String, () async throws -> Int)] = [
                ("openDue", { try await store.openDue(limit: 2000) }),
                ("wakePostponed", { try await store.wakePostponed(limit: 2000) }),
                ("reclaimAbandoned", { try await store.reclaimAbandoned(limit: 2000) }),
                ("forgetRings", { try await store.forgetRings(after: .seconds(15)) }),
                ("cancelUnrunnable", { try await store.cancelUnrunnable(limit: 2000) }),
                ("providersWaiting", { try await store.providersWaiting().count }),
                ("ring", { try await store.ring(provider: "p", minimum: 16).count }),
            ]
            for (name, look) in looks {
                let start = try await rowsRead()
                #expect(try await look() == 0, "\(name)")
                let read = try await rowsRead() - start
                #expect(read < 100, "\(name) read \(read) rows")
            }
        }
    }
}

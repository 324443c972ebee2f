import Models
import Postgres
import Storage

/// Many Integration Objects in a database, and somebody who answers their rings.
struct ScheduledObjects: Sendable {
    static let providers = 20
    private static let objectsPerCustomer = 100
    let pool: PostgresPool
    let count: Int

    /// Inserts about `objects`, none of which is due before tomorrow.
    init(_ objects: Int, pool: PostgresPool) async throws {
        self.pool = pool
        let customers = max(Self.providers, objects / Self.objectsPerCustomer)
        count = customers * Self.objectsPerCustomer
        try await pool.query(
            """
            insert into tributary.customers (public_id, key, name)
            select gen_random_uuid(), 'bench' || n, 'bench' || n from generate_series(1, \(customers)) n
            """)
        try await pool.query(
            """
            insert into tributary.integrations (public_id, customer_id, key, provider)
            select gen_random_uuid(), id, 'only', 'provider' || id % \(Self.providers) from tributary.customers
            """)
        try await pool.query(
            """
            insert into tributary.integration_objects
              (public_id, integration_id, customer_id, provider, object, interaction_type)
            select gen_random_uuid(), i.id, i.customer_id, i.provider, 'object' || n, 'contacts'
            from tributary.integrations i, generate_series(1, \(Self.objectsPerCustomer)) n
            """)
        try await pool.query(
            """
            insert into tributary.object_state
              (object_id, customer_id, provider, run_number, next_due_at, last_synced_at, complete_until, last_full_at)
            select id, customer_id, provider, 1, now() + interval '1 day' + make_interval(secs => random() * 900), now(), now(), now()
            from tributary.integration_objects
            """)
        try await pool.query("vacuum analyze tributary.object_state")
        try await pool.query("analyze")
        // A retriever that never dies and has room for everything.
        try await pool.query(
            """
            insert into tributary.retrievers (id, epoch, capacity, free_slots, expires_at)
            values (gen_random_uuid(), 1, 20000, 20000, now() + interval '1 day')
            """)
    }

    /// Makes `objects` of them, spread over all customers, due from `start` seconds from now on, `every` seconds apart.
    func makeDue(_ objects: Int, start: Double, every: Double) async throws {
        try await pool.query(
            """
            update tributary.object_state s
            set next_due_at = now() + make_interval(secs => $1 + $2 * (p.place - 1))
            from (
              select object_id, row_number() over (order by hashint8(object_id)) as place
              from tributary.object_state where state = 'idle' and next_due_at > now() + interval '1 hour'
              order by hashint8(object_id) limit $3) p
            where p.object_id = s.object_id
            """, [.double(start), .double(every), .int(Int64(objects))])
    }

    /// Answers up to `limit` rings by ending their runs: how late each ring was after the object fell due, in seconds.
    func answer(limit: Int) async throws -> [Double] {
        try await pool.query(
            """
            with rung as (
              select object_id, extract(epoch from rung_at - next_due_at)::float8 as late from tributary.object_state
              where state = 'queued' and rung_at is not null limit $1 for no key update skip locked
            )
            update tributary.object_state s set state = 'idle', rung_at = null,
              next_due_at = clock_timestamp() + interval '1 day', last_synced_at = clock_timestamp()
            from rung where rung.object_id = s.object_id returning rung.late
            """, [.int(Int64(limit))]
        ).rows.map { try $0.double("late") }
    }
}

import Models
import Postgres

// A pace is a matter of the object, its overrides, its customer and its provider: whichever of them is applied, the
// objects of the customer are looked at afterwards, and those whose pace is another one now get another due time.
extension PostgresControlStore {
    /// The paces of objects, in seconds.
    struct Paces: Sendable {
        var ids: [Int64] = []
        var seconds: [Double] = []
    }

    /// The paces of all objects of these customers.
    static func paces(of customers: [String], _ session: any PostgresSession) async throws -> Paces {
        var paces = Paces()
        for row in try await session.query(
            """
            select o.id, extract(epoch from tributary.pace(o.id))::float8 as pace
            from tributary.integration_objects o join tributary.customers c on c.id = o.customer_id
            where c.key = any($1::text[])
            """, [.textArray(customers)]
        ).rows {
            paces.ids.append(try row.int("id"))
            paces.seconds.append(try row.double("pace"))
        }
        return paces
    }

    /// Stores what overrides say of the paces of all objects of a customer.
    static func resolvePaces(
        of customer: Int64, _ session: any PostgresSession, _ pace: (PacedObject) -> ObjectPace?
    ) async throws {
        var objects: [(id: Int64, object: PacedObject)] = []
        for row in try await session.query(
            """
            select o.id, o.provider, o.object, v.patch, \(PostgresIntegrationStore.reach) as reach
            from tributary.integration_objects o
            left join tributary.overrides v on \(PostgresIntegrationStore.concerns)
            where o.customer_id = $1
            order by o.id, \(PostgresIntegrationStore.widestFirst)
            """, [.int(customer)]
        ).rows {
            let id = try row.int("id")
            if objects.last?.id != id {
                let object = PacedObject(
                    provider: try row.text("provider"), object: try row.text("object"), overrides: [])
                objects.append((id, object))
            }
            if let override = try StoredOverride(row) {
                objects[objects.count - 1].object.overrides.append(override)
            }
        }
        let resolved = objects.compactMap { entry in pace(entry.object).map { (id: entry.id, pace: $0) } }
        try await session.query(
            """
            update tributary.integration_objects o set resolved_every = n.every, every_overridden = n.overridden,
              resolved_reconcile = n.reconcile, resolved_sweep = n.sweep
            from unnest($1::bigint[], $2::float8[], $3::bigint[], $4::float8[], $5::float8[])
                k(id, every, overridden, reconcile, sweep),
              lateral (select make_interval(secs => k.every) as every, k.overridden = 1 as overridden,
                make_interval(secs => k.reconcile) as reconcile, make_interval(secs => k.sweep) as sweep) n
            where o.id = k.id and (o.resolved_every, o.every_overridden, o.resolved_reconcile, o.resolved_sweep)
              is distinct from (n.every, n.overridden, n.reconcile, n.sweep)
            """,
            [
                .intArray(resolved.map(\.id)), .doubleArray(resolved.map { $0.pace.every?.seconds }),
                .intArray(resolved.map { $0.pace.isOverridden ? 1 : 0 }),
                .doubleArray(resolved.map { $0.pace.reconcile?.seconds }),
                .doubleArray(resolved.map { $0.pace.sweep?.seconds }),
            ])
    }

    /// Gives the objects whose pace is not what it was `before` the due time of the new one: at once where they are
    /// late by it, else a slot of theirs about one pace after their last sync. A live run sees to it when it is closed;
    /// a first sync stays due at once, and one that fails is not put off further.
    static func reschedule(_ before: Paces, _ session: any PostgresSession) async throws {
        try await session.query(
            """
            update tributary.object_state s set next_due_at = n.due
            from (
              select l.object_id, case
                when l.last_synced_at + p.pace <= now() then least(l.next_due_at, now())
                when l.failures > 0 then least(l.next_due_at, t.slot) else t.slot end as due
              from unnest($1::bigint[], $2::float8[]) b(id, seconds)
              join tributary.object_state l on l.object_id = b.id
              cross join lateral (select tributary.pace(b.id) as pace) p
              cross join lateral (
                select tributary.next_slot(b.id, p.pace, greatest(now(), l.last_synced_at + p.pace / 2)) as slot) t
              where l.last_synced_at is not null and extract(epoch from p.pace)::float8 is distinct from b.seconds) n
            where s.object_id = n.object_id and s.state = 'idle'
            """, [.intArray(before.ids), .doubleArray(before.seconds)])
    }
}

extension Duration {
    /// Seconds with their fraction.
    fileprivate var seconds: Double { Double(microseconds) / 1e6 }
}

import Models
import Postgres

// Late is not lost (2-contracts, "Receipts" 5): only a barrier that came back behind a run's last acknowledgement can
// tell a slow processor from a broker that lost messages.
extension PostgresSchedulingStore {
    /// The types whose runs have waited for receipts longer than `lateAfter`, one for each topic.
    public func typesWithLateRuns(lateAfter: Duration) async throws -> [InteractionType] {
        let result = try await database.query(
            """
            select distinct o.interaction_type as type
            from tributary.object_state s join tributary.integration_objects o on o.id = s.object_id
            where s.state = 'draining' and s.drained_at < statement_timestamp() - $1::interval
            """, [.interval(lateAfter)])
        // Custom types share a topic, so they share barriers.
        var types: [String: InteractionType] = [:]
        for row in result.rows {
            let type = InteractionType(try row.text("type"))
            types[type.topicSuffix] = type
        }
        return types.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Opens a barrier over `partitions` partitions of `topic`, shared by all runs that are late in it now.
    public func openBarrier(topic: String, partitions: Int32) async throws -> BarrierToSend {
        // One open barrier a topic is enough: runs that became late after it was made get the next one.
        let result: PostgresResult = try await database.transaction { session in
            try await session.query(
                "select pg_advisory_xact_lock(hashtext('tributary.barrier'), hashtext($1))::text", [.text(topic)])
            return try await session.query(
                """
                with open as (
                  select id from tributary.barriers where topic = $1 and passed_at is null limit 1
                ), made as (
                  insert into tributary.barriers (id, topic, partition)
                  select n.id, $1, p from (select nextval('tributary.barrier_ids') as id) n, generate_series(0, $2::int - 1) p
                  where not exists (select 1 from open)
                  returning id, partition
                )
                select id, partition from made order by partition
                """, [.text(topic), .int(Int64(partitions))])
        }
        let id = try result.rows.first?.int("id") ?? 0
        return BarrierToSend(
            id: id, topic: topic,
            partitions: try result.rows.map { Int32(truncatingIfNeeded: try $0.int("partition")) })
    }

    /// The barriers that were sent longer than `after` ago and have not come back everywhere; marks them sent again.
    public func overdueBarriers(after: Duration) async throws -> [BarrierToSend] {
        let result = try await database.query(
            """
            update tributary.barriers set sent_at = clock_timestamp()
            where passed_at is null and sent_at < statement_timestamp() - $1::interval
            returning id, topic, partition
            """, [.interval(after)])
        var byID: [Int64: BarrierToSend] = [:]
        for row in result.rows {
            let id = try row.int("id")
            let topic = try row.text("topic")
            var barrier = byID[id] ?? BarrierToSend(id: id, topic: topic, partitions: [])
            barrier.partitions.append(Int32(truncatingIfNeeded: try row.int("partition")))
            byID[id] = barrier
        }
        return byID.values.sorted { $0.id < $1.id }
    }

    /// Judges the late runs of barriers that came back everywhere: what has no receipt by then is lost, and the run
    /// is queued again from there.
    public func judgeLate(type: InteractionType, topic: String) async throws -> Int {
        let result = try await database.transaction { session in
            let judged = try await session.query(
                Self.judgeStatement,
                [
                    .text(topic), .bool(type.topicSuffix == "custom"), .text(type.name),
                    .textArray(InteractionType.canonical.map(\.name)),
                ])
            try await session.query(
                """
                delete from tributary.barriers b where topic = $1
                  and not exists (select 1 from tributary.barriers o where o.id = b.id and o.passed_at is null)
                """, [.text(topic)])
            return judged
        }
        return result.affected
    }

    /// A run goes back to its lowest page that is not full. Later pages are fetched again too, because positions follow
    /// one from another.
    static let judgeStatement = """
        with back as (
          select max(created_at) as made_at from (
            select min(created_at) as created_at from tributary.barriers where topic = $1
            group by id having bool_and(passed_at is not null)) b
        ), lost as (
          select s.object_id from tributary.object_state s
          join tributary.integration_objects o on o.id = s.object_id
          where s.state = 'draining' and s.drained_at < (select made_at from back)
            and case when $2::boolean then o.interaction_type <> all($4::text[]) else o.interaction_type = $3 end
            and exists (
              select 1 from tributary.pages p
              where p.object_id = s.object_id and p.stored_count + p.unchanged_count + p.rejected_count < p.expected)
          order by s.object_id for no key update of s skip locked
        ), gap as (
          select p.object_id, min(p.page) as page, count(*)::int as lost_pages
          from tributary.pages p join lost using (object_id)
          where p.stored_count + p.unchanged_count + p.rejected_count < p.expected group by p.object_id
        ), resume as (
          select p.object_id, p.page, p.position_before, g.lost_pages
          from gap g join tributary.pages p on p.object_id = g.object_id and p.page = g.page
        ), gone as (
          delete from tributary.pages p using gap g where p.object_id = g.object_id and p.page >= g.page
        )
        update tributary.object_state s set
          state = 'queued', queued_at = clock_timestamp(), rung_at = null, holder = null, drained_at = null,
          position = r.position_before, next_page = r.page, next_cursor = null, lost_pages = s.lost_pages + r.lost_pages
        from resume r where r.object_id = s.object_id
        """
}

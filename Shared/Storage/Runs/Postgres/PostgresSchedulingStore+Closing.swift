import Models
import Postgres

extension PostgresSchedulingStore {
    /// Closes up to `limit` drained runs whose pages have all their receipts.
    public func closeDrained(limit: Int) async throws -> [ClosedRun] {
        let statement = ignoresReceipts ? Self.carelessCloseStatement : Self.closeStatement
        let result: PostgresResult
        if let insideClosing {
            result = try await database.transaction { session in
                let result = try await session.query(statement, [.int(Int64(limit))])
                if result.affected > 0 { insideClosing() }
                return result
            }
        } else {
            result = try await database.query(statement, [.int(Int64(limit))])
        }
        return try result.rows.map { row in
            ClosedRun(
                objectID: try row.int("object_id"), provider: try row.text("provider"), run: try row.int("run_number"),
                fetched: try row.int("fetched"), stored: try row.int("stored"), unchanged: try row.int("unchanged"),
                rejected: try row.int("rejected"))
        }
    }

    /// Queues those runs again that were let go of to wait for receipts and have them all: they kept their position.
    public func resumeReceived() async throws -> Int {
        try await database.query(Self.resumeStatement).affected
    }

    static let resumeStatement = """
        with ready as (
          select s.object_id from tributary.object_state s
          where s.state = 'draining' and s.position is not null and \(receiptCondition)
          order by s.object_id for no key update skip locked
        )
        update tributary.object_state s set
          state = 'queued', queued_at = clock_timestamp(), rung_at = null, drained_at = null
        from ready r where s.object_id = r.object_id
        """

    static let carelessCloseStatement = closeStatement.replacing(receiptCondition, with: "true")

    static let receiptCondition = """
        not exists (
                select 1 from tributary.pages p
                where p.object_id = s.object_id and p.stored_count + p.unchanged_count + p.rejected_count < p.expected)
        """

    /// One statement: Last Synced At, Complete Until, the cursor, the next due time, history and its announcement move
    /// together, or not at all.
    static let closeStatement = """
        with complete as (
          select s.object_id from tributary.object_state s
          where s.state = 'draining' and s.position is null and \(receiptCondition)
          order by s.object_id limit $1 for no key update skip locked
        ), counted as (
          select c.object_id, count(p.page)::int as pages, coalesce(sum(p.expected), 0)::bigint as fetched,
            coalesce(sum(p.stored_count), 0)::bigint as stored, coalesce(sum(p.unchanged_count), 0)::bigint as unchanged,
            coalesce(sum(p.rejected_count), 0)::bigint as rejected
          from complete c left join tributary.pages p on p.object_id = c.object_id group by c.object_id
        ), gone as (
          delete from tributary.pages p using complete c where p.object_id = c.object_id
        ), told as materialized (
          select s.object_id, s.run_number, s.opened_at, s.kind, s.attempt, s.complete_until as since, s.until,
            s.lost_pages, s.postponements, n.pages, n.fetched, n.stored, n.unchanged, n.rejected,
            clock_timestamp() as ended_at, w.refusal,
            coalesce(w.refusal, format('the sweep removed %s of %s records', w.missing, w.stored)) as note,
            w.run is not null as judged
          from tributary.object_state s join counted n using (object_id)
          left join tributary.sweeps w on w.object_id = s.object_id and w.run = s.run_number and s.kind = 'sweep'
        ), history as (
          insert into tributary.sync_history (object_id, run, ended_at, opened_at, kind, outcome, attempts, since, until,
            fetched, stored, unchanged, rejected, pages, lost_pages, postponements, note)
          select object_id, run_number, ended_at, opened_at, kind, 'succeeded', attempt, since, until,
            fetched, stored, unchanged, rejected, pages, lost_pages, postponements, case when judged then note end
          from told where fetched > 0 or kind <> 'incremental' or lost_pages > 0
        ), empty as (
          insert into tributary.empty_runs as e (object_id, day, runs, last_ended_at)
          select object_id, ended_at::date, 1, ended_at
          from told where not (fetched > 0 or kind <> 'incremental' or lost_pages > 0)
          on conflict (object_id, day) do update set runs = e.runs + 1, last_ended_at = excluded.last_ended_at
        ), announced as (
          insert into tributary.announcements (kind, key, source, body)
          select 'sync.finished', o.public_id::text,
            format('/customers/%s/integrations/%s/objects/%s', c.public_id, i.public_id, o.public_id),
            json_build_object('object', o.public_id, 'provider', o.provider, 'name', o.object, 'run', t.run_number,
              'outcome', 'succeeded', 'kind', t.kind, 'since', t.since, 'until', t.until, 'opened_at', t.opened_at,
              'ended_at', t.ended_at, 'attempts', t.attempt, 'fetched', t.fetched, 'stored', t.stored,
              'unchanged', t.unchanged, 'rejected', t.rejected, 'note', case when t.judged then t.note end)
          from told t join tributary.integration_objects o on o.id = t.object_id
          join tributary.integrations i on i.id = o.integration_id
          join tributary.customers c on c.id = o.customer_id
        ), recovered as (
          -- Only integrations that have failed have a row; most of the time there are none.
          delete from tributary.integration_health h using told t, tributary.integration_objects o, tributary.integrations i
          where o.id = t.object_id and h.integration_id = o.integration_id and i.id = o.integration_id
            and i.disabled_class is distinct from 'authorization'
          returning h.integration_id
        ), enabled as (
          update tributary.integrations i set disabled_class = null, disabled_cause = null, disabled_at = null
          from recovered r where i.id = r.integration_id and i.disabled_class = 'repeated'
          returning i.id
        ), resumed as (
          update tributary.object_state s set runnable = true
          from enabled e join tributary.integrations i on i.id = e.id
          join tributary.integration_objects o on o.integration_id = e.id
          where s.object_id = o.id and o.enabled and i.enabled and not s.runnable
            and s.failure_class is distinct from 'configuration' and s.object_id not in (select object_id from told)
        ), resolved as (
          update tributary.alerts a set resolved_at = clock_timestamp()
          where a.resolved_at is null and a.id in (
            select k.id from told c join tributary.alerts k on k.object_id = c.object_id
            where k.resolved_at is null and c.refusal is null and (k.kind <> 'sweep' or c.kind = 'sweep')
            union all
            select k.id from recovered r join tributary.alerts k on k.integration_id = r.integration_id
            where k.resolved_at is null and k.kind in ('reconnect', 'failing', 'stopped'))
        )
        update tributary.object_state s set
          state = 'idle',
          last_synced_at = case when s.kind = 'sweep' then s.last_synced_at else clock_timestamp() end,
          -- A sweep says nothing about what changed.
          complete_until = case when s.kind = 'sweep' then s.complete_until else greatest(s.complete_until, s.until) end,
          last_sweep_at = case when s.kind = 'sweep' then clock_timestamp() else s.last_sweep_at end,
          cursor = coalesce(s.next_cursor, s.cursor),
          last_full_at = case when s.kind in ('initial', 'full') then s.until else s.last_full_at end,
          full_wanted = s.full_wanted and s.kind <> 'full',
          next_due_at = case when s.next_due_at > s.opened_at and s.next_due_at <= clock_timestamp() then s.next_due_at
            else tributary.next_slot(s.object_id, p.pace, greatest(clock_timestamp(), s.opened_at + p.pace / 2)) end,
          position = null, next_cursor = null, holder = null, rung_at = null,
          failures = 0, failing_since = null, failure_class = null, failure_cause = null, failure_advice = null
        from told t, lateral (select tributary.pace(t.object_id) as pace) p
        where t.object_id = s.object_id
        returning s.object_id, s.provider, s.run_number, t.fetched, t.stored, t.unchanged, t.rejected
        """
}

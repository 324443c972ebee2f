import Models
import Postgres

// What puts runs into the queue and takes them out again. `skip locked` is what lets any number of schedulers do this
// at once: each takes rows that no other has in hand. What is searched for by time is compared with
// `statement_timestamp()`: `clock_timestamp()` may change from row to row, so an index cannot be used with it. Whether
// somebody's lease has ended is asked of the clock as it is at that moment.
extension PostgresSchedulingStore {
    /// Finds and locks what is due: the first step of ``openDue(limit:)``.
    package static let dueObjects = """
        select object_id from tributary.object_state
        where state = 'idle' and runnable and next_due_at <= statement_timestamp()
        order by next_due_at limit $1 for no key update skip locked
        """

    /// Opens a run for up to `limit` objects that are due and returns how many there were.
    public func openDue(limit: Int) async throws -> Int {
        try await database.query(
            """
            with due as (
            \(Self.dueObjects)
            ), planned as (
              select s.object_id, n.sweep, case
                when s.complete_until is null and s.cursor is null then 'initial'
                when s.full_wanted or s.last_full_at + n.reconcile < statement_timestamp() then 'full'
                when coalesce(s.last_sweep_at, s.last_full_at) + n.sweep < statement_timestamp() then 'sweep'
                else 'incremental' end as kind
              from due join tributary.object_state s using (object_id)
              join tributary.integration_objects o on o.id = s.object_id
              left join tributary.provider_schedules p on p.provider = o.provider and p.object = o.object
              -- What overrides say goes first; there 0 is never.
              cross join lateral (
                select nullif(coalesce(o.resolved_reconcile, p.reconcile), interval '0') as reconcile,
                  nullif(coalesce(o.resolved_sweep, p.sweep), interval '0') as sweep) n
            )
            update tributary.object_state s set
              state = 'queued', run_number = s.run_number + 1, attempt = 0, until = null, until_bounded = false,
              position = null, next_page = 0, next_cursor = null, definition_hash = null, lost_pages = 0,
              postponements = 0, opened_at = clock_timestamp(), queued_at = clock_timestamp(), rung_at = null,
              claimed_at = null, drained_at = null, wake_at = null, holder = null, holder_epoch = null,
              kind = planned.kind,
              -- A sweep that fails is tried again in a day.
              last_sweep_at = case when planned.kind = 'sweep'
                then clock_timestamp() - planned.sweep + least(planned.sweep, interval '1 day')
                else s.last_sweep_at end
            from planned where planned.object_id = s.object_id
            """, [.int(Int64(limit))]
        ).affected
    }

    /// Queues up to `limit` postponed runs whose time has come.
    public func wakePostponed(limit: Int) async throws -> Int {
        try await database.query(
            """
            update tributary.object_state set state = 'queued', queued_at = clock_timestamp(), rung_at = null, wake_at = null
            where object_id in (
              select object_id from tributary.object_state where state = 'postponed' and wake_at <= statement_timestamp()
              order by wake_at limit $1 for no key update skip locked)
            """, [.int(Int64(limit))]
        ).affected
    }

    /// Queues up to `limit` runs whose holder's lease has ended.
    public func reclaimAbandoned(limit: Int) async throws -> Int {
        try await database.query(
            """
            update tributary.object_state set state = 'queued', queued_at = clock_timestamp(), rung_at = null, holder = null
            where object_id in (
              select s.object_id from tributary.object_state s
              where s.state = 'running' and not exists (
                select 1 from tributary.retrievers r
                where r.id = s.holder and r.epoch = s.holder_epoch and r.expires_at > clock_timestamp())
              order by s.object_id limit $1 for no key update skip locked)
            """, [.int(Int64(limit))]
        ).affected
    }

    /// Queues again what was rung for longer than `after` ago and not claimed.
    public func forgetRings(after: Duration) async throws -> Int {
        try await database.query(
            """
            update tributary.object_state set rung_at = null
            where object_id in (
              select object_id from tributary.object_state
              where state = 'queued' and rung_at is not null and rung_at < statement_timestamp() - $1::interval
              order by object_id for no key update skip locked)
            """, [.interval(after)]
        ).affected
    }

    /// Ends the waiting runs of objects that are no longer to be synced.
    public func cancelUnrunnable(limit: Int) async throws -> Int {
        let result = try await database.query(
            """
            with stopped as (
              select object_id from tributary.object_state
              where not runnable and state in ('queued', 'postponed')
              order by object_id limit $1 for no key update skip locked
            ), gone as (
              delete from tributary.pages p using stopped where p.object_id = stopped.object_id
            ), history as (
              insert into tributary.sync_history (object_id, run, ended_at, opened_at, kind, outcome, attempts, postponements)
              select s.object_id, s.run_number, clock_timestamp(), s.opened_at, s.kind, 'cancelled', s.attempt, s.postponements
              from tributary.object_state s join stopped using (object_id)
            )
            update tributary.object_state s set state = 'idle', rung_at = null, holder = null
            from stopped where stopped.object_id = s.object_id
            """, [.int(Int64(limit))])
        return result.affected
    }

    /// The providers that have runs waiting for a ring.
    public func providersWaiting() async throws -> [String] {
        // A loose index scan: one probe per provider, however many runs wait.
        let result = try await database.query(
            """
            with recursive waiting(provider) as (
              (select provider from tributary.object_state where state = 'queued' and rung_at is null
               order by provider limit 1)
              union all
              select (select s.provider from tributary.object_state s
                      where s.state = 'queued' and s.rung_at is null and s.provider > w.provider
                      order by s.provider limit 1)
              from waiting w where w.provider is not null
            )
            select provider from waiting where provider is not null
            """)
        return try result.rows.map { try $0.text("provider") }
    }

    /// Takes rings back that could not be sent.
    public func unring(_ rings: [Doorbell]) async throws {
        try await database.query(
            """
            update tributary.object_state s set rung_at = null
            from unnest($1::bigint[], $2::bigint[]) r(object_id, run)
            where s.object_id = r.object_id and s.run_number = r.run and s.state = 'queued'
            """, [.intArray(rings.map(\.objectID)), .intArray(rings.map(\.run))])
    }
}

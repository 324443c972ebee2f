import Models
import Postgres

extension PostgresRetrievalStore {
    /// Ends a run with a failure: history, the object's health and next time, and, as the class asks, the integration
    /// disabled or the object paused, with an alert.
    public func fail(_ claim: RunClaim, with failure: Failure, lease: RetrieverLease) async throws -> Bool {
        try await database.query(
            failStatement,
            claimParameters(claim, lease) + [
                .text(failure.kind.rawValue), .text(failure.cause), failure.advice.map { .text($0) } ?? .null,
            ]
        ).affected == 1
    }

    /// One statement, so that a failure, what it stops and the alert that tells of it stand or fall together.
    /// `authorization` stops the integration, `configuration` the object; all else is tried again at a slower pace.
    private var failStatement: String {
        """
        with held as materialized (\(heldOne)), counted as (
          select h.object_id, count(p.page)::int as pages, coalesce(sum(p.expected), 0)::bigint as fetched,
            coalesce(sum(p.stored_count), 0)::bigint as stored, coalesce(sum(p.unchanged_count), 0)::bigint as unchanged,
            coalesce(sum(p.rejected_count), 0)::bigint as rejected
          from held h left join tributary.pages p on p.object_id = h.object_id group by h.object_id
        ), gone as (
          delete from tributary.pages p using held where p.object_id = held.object_id
        ), told as materialized (
          select s.object_id, s.run_number, s.opened_at, s.kind, s.attempt, s.complete_until as since, s.until,
            s.lost_pages, s.postponements, n.pages, n.fetched, n.stored, n.unchanged, n.rejected,
            o.integration_id, s.customer_id, o.public_id, o.provider, o.object, i.public_id as integration_uuid,
            format('/customers/%s/integrations/%s/objects/%s', c.public_id, i.public_id, o.public_id) as source,
            s.failures, coalesce(s.failing_since, clock_timestamp()) as failing_since, clock_timestamp() as ended_at
          from counted n join tributary.object_state s using (object_id)
          join tributary.integration_objects o on o.id = s.object_id
          join tributary.integrations i on i.id = o.integration_id
          join tributary.customers c on c.id = s.customer_id
        ), history as (
          insert into tributary.sync_history (object_id, run, ended_at, opened_at, kind, outcome, attempts, since, until,
            fetched, stored, unchanged, rejected, pages, lost_pages, postponements, failure_class, failure_cause,
            failure_advice)
          select object_id, run_number, ended_at, opened_at, kind, 'failed', attempt, since, until,
            fetched, stored, unchanged, rejected, pages, lost_pages, postponements, $6, $7, $8 from told
        ), disabled as (
          update tributary.integrations i set disabled_class = $6, disabled_cause = $7, disabled_at = clock_timestamp()
          from told t where $6 = 'authorization' and i.id = t.integration_id
        ), stopped as (
          update tributary.object_state s set runnable = false from told t, tributary.integration_objects o
          where $6 = 'authorization' and o.integration_id = t.integration_id and s.object_id = o.id
            and s.object_id <> t.object_id
        ), alerted as (
          insert into tributary.alerts as a (customer_id, integration_id, object_id, audience, class, cause, advice, since)
          select t.customer_id, t.integration_id, case when $6 = 'authorization' then null else t.object_id end,
            case when $6 in ('authorization', 'configuration') then 'customer' else 'operator' end, $6, $7, $8, t.failing_since
          from told t where $6 in ('authorization', 'configuration', 'definition', 'internal')
          on conflict (integration_id, coalesce(object_id, 0), class) where resolved_at is null
            do update set times = a.times + 1, last_at = clock_timestamp(), cause = excluded.cause, advice = excluded.advice
          returning a.*
        ), announced as (
          insert into tributary.announcements (kind, key, source, body)
          select 'sync.finished', t.public_id::text, t.source,
            json_build_object('object', t.public_id, 'provider', t.provider, 'name', t.object, 'run', t.run_number,
              'outcome', 'failed', 'kind', t.kind, 'since', t.since, 'until', t.until, 'opened_at', t.opened_at,
              'ended_at', t.ended_at, 'attempts', t.attempt, 'fetched', t.fetched, 'stored', t.stored,
              'unchanged', t.unchanged, 'rejected', t.rejected, 'class', $6::text, 'cause', $7::text, 'advice', $8::text)
          from told t
          union all
          select 'alert', t.integration_uuid::text, t.source,
            json_build_object('alert', a.public_id, 'integration', t.integration_uuid, 'object', t.public_id,
              'provider', t.provider, 'name', t.object, 'audience', a.audience, 'class', a.class, 'cause', a.cause,
              'advice', a.advice, 'since', a.since, 'times', a.times)
          from alerted a, told t where a.times = 1
        )
        update tributary.object_state s set
          state = 'idle', runnable = s.runnable and $6 not in ('authorization', 'configuration'),
          failures = s.failures + 1, failing_since = t.failing_since, failure_class = $6, failure_cause = $7,
          failure_advice = $8, position = null, next_cursor = null, next_page = 0, holder = null, rung_at = null,
          next_due_at = tributary.next_slot(s.object_id, p.pace,
            clock_timestamp() + least(p.pace * (power(2, least(t.failures, 4)) - 1), interval '1 day'))
        from told t, lateral (select tributary.pace(t.object_id) as pace) p
        where s.object_id = t.object_id
        """
    }
}

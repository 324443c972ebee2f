import Models
import Postgres

extension PostgresRetrievalStore {
    /// Ends a run with a failure: history, the object's health and next time, and, as `FailureMachine` says, the
    /// integration stopped or the object paused, with an alert. All of it in one transaction.
    public func fail(_ claim: RunClaim, with failure: Failure, lease: RetrieverLease) async throws -> Bool {
        let rules = rules
        let (hold, facts, effects) = (Self.holdStatement, factsStatement, effectsStatement)
        let parameters = claimParameters(claim, lease)
        return try await database.transaction { session in
            // The integration first: stopping it touches its other objects, whose runs may be failing at this moment.
            try await session.query(hold, [.int(claim.objectID)])
            guard let row = try await session.query(facts, parameters).rows.first else { return false }
            let known = try FailureFacts(row)
            var machine = FailureMachine(known.health, rules: rules)
            let decision = FailureDecision(
                machine.handle(
                    .failed(
                        failure.kind, inARow: known.failures, providerIsDown: known.providerIsDown,
                        isStale: known.isStale, at: known.now)),
                health: machine.health)
            return try await session.query(
                effects, parameters + Self.parameters(failure, decision, about: known, rules: rules)
            ).affected == 1
        }
    }

    private static let holdStatement = """
        select i.id from tributary.integration_objects o join tributary.integrations i on i.id = o.integration_id
        where o.id = $1 for no key update of i
        """

    /// What the decision depends on; no row where the claim no longer holds.
    private var factsStatement: String {
        """
        select o.integration_id, o.id as object_id, s.provider, o.object, c.key as customer, i.key as integration,
          (select count(*) from tributary.integration_objects k where k.integration_id = i.id and k.enabled) as objects,
          s.complete_until, s.failures, i.disabled_class, h.failed_runs, h.failing_since, h.warned,
          exists (select 1 from tributary.provider_circuits p where p.provider = s.provider) as provider_is_down,
          coalesce(i.reenabled_at > s.claimed_at, false) as is_stale, clock_timestamp() as now
        from tributary.object_state s
        join tributary.integration_objects o on o.id = s.object_id
        join tributary.integrations i on i.id = o.integration_id
        join tributary.customers c on c.id = s.customer_id
        left join tributary.integration_health h on h.integration_id = i.id
        where s.object_id = $1 and \(fence(run: "$2::bigint", attempt: "$3::bigint", holder: "$4", epoch: "$5"))
        for no key update of s
        """
    }

    private static func parameters(
        _ failure: Failure, _ decision: FailureDecision, about known: FailureFacts, rules: FailureRules
    ) -> [PostgresValue] {
        let alerts = decision.alerts.map { AlertDraft($0, failure, about: known.subject, rules: rules) }
        let health = decision.health
        return [
            .text(failure.kind.rawValue), .text(failure.cause), failure.advice.map { .text($0) } ?? .null,
            decision.stops.map { .text($0.rawValue) } ?? .null, .bool(decision.pausesObject), .int(decision.paces),
            decision.probeAfter.map { .interval($0) } ?? .null, .int(Int64(health.failedRuns)),
            health.failingSince.map { .timestamp($0) } ?? .null, .bool(health.isWarned),
            .bool(failure.isTroubleOfProvider),
            .textArray(alerts.map(\.kind.rawValue)), .textArray(alerts.map(\.audience.rawValue)),
            .textArray(alerts.map(\.key)), .textArray(alerts.map(\.subject)), .textArray(alerts.map(\.effect)),
            .textArray(alerts.map(\.advice)), .textArray(alerts.map(\.fixedWhen)),
            .boolArray(alerts.map(\.isOfObject)),
        ]
    }

    /// One statement, so that a failure, what it stops and the alert that tells of it stand or fall together.
    private var effectsStatement: String {
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
            o.integration_id, s.customer_id, o.public_id, o.provider, o.object,
            format('/customers/%s/integrations/%s/objects/%s', c.public_id, i.public_id, o.public_id) as source,
            coalesce(s.failing_since, clock_timestamp()) as failing_since, clock_timestamp() as ended_at
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
          update tributary.integrations i set disabled_class = $9::text, disabled_cause = $7, disabled_at = clock_timestamp()
          from told t where $9::text is not null and i.id = t.integration_id
        ), stopped as (
          update tributary.object_state s set runnable = false from told t, tributary.integration_objects o
          where $9::text is not null and o.integration_id = t.integration_id and s.object_id = o.id
            and s.object_id <> t.object_id
        ), health as (
          insert into tributary.integration_health as h (integration_id, failed_runs, failing_since, warned)
          select integration_id, $13::bigint, $14::timestamptz, $15::boolean from told
          on conflict (integration_id) do update set failed_runs = excluded.failed_runs,
            failing_since = excluded.failing_since, warned = excluded.warned
        ), troubled as (
          insert into tributary.provider_troubles as u (integration_id, provider, cause, at)
          select integration_id, provider, $7, ended_at from told where $16::boolean
          on conflict (integration_id) do update set cause = excluded.cause, at = excluded.at
        ), alerted as (
          insert into tributary.alerts as a (dedup_key, kind, customer_id, integration_id, object_id, provider, audience,
            class, subject, cause, effect, advice, fixed_when, since)
          select k.key, k.kind, t.customer_id, t.integration_id, case when k.of_object then t.object_id end, t.provider,
            k.audience, $6, k.subject, $7, k.effect, k.advice, k.fixed_when,
            case when k.of_object then t.failing_since else coalesce($14::timestamptz, t.ended_at) end
          from told t, unnest($17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[],
            $24::boolean[]) as k(kind, audience, key, subject, effect, advice, fixed_when, of_object)
          on conflict (dedup_key) where resolved_at is null
            do update set times = a.times + 1, last_at = clock_timestamp(), cause = excluded.cause, advice = excluded.advice
        ), announced as (
          insert into tributary.announcements (kind, key, source, body)
          select 'sync.finished', t.public_id::text, t.source,
            json_build_object('object', t.public_id, 'provider', t.provider, 'name', t.object, 'run', t.run_number,
              'outcome', 'failed', 'kind', t.kind, 'since', t.since, 'until', t.until, 'opened_at', t.opened_at,
              'ended_at', t.ended_at, 'attempts', t.attempt, 'fetched', t.fetched, 'stored', t.stored,
              'unchanged', t.unchanged, 'rejected', t.rejected, 'class', $6::text, 'cause', $7::text, 'advice', $8::text)
          from told t
        )
        update tributary.object_state s set
          state = 'idle', runnable = s.runnable and not $10::boolean and $9::text is distinct from 'authorization',
          failures = s.failures + 1, failing_since = t.failing_since, failure_class = $6, failure_cause = $7,
          failure_advice = $8, position = null, next_cursor = null, next_page = 0, holder = null, rung_at = null,
          next_due_at = coalesce(clock_timestamp() + $12::interval, tributary.next_slot(s.object_id, p.pace,
            clock_timestamp() + least(p.pace * $11::bigint, interval '1 day')))
        from told t, lateral (select tributary.pace(t.object_id) as pace) p
        where s.object_id = t.object_id
        """
    }
}

/// What a decision about a failed run depends on.
private struct FailureFacts {
    let subject: AlertSubject
    let health: IntegrationHealth
    /// Failed runs of the object in a row before this one.
    let failures: Int
    let providerIsDown: Bool
    let isStale: Bool
    let now: Timestamp

    init(_ row: PostgresRow) throws {
        subject = AlertSubject(
            customer: try row.text("customer"), integration: try row.text("integration"),
            provider: try row.text("provider"), object: try row.text("object"),
            objects: Int(clamping: try row.int("objects")), completeUntil: try row.timestampIfPresent("complete_until"),
            integrationID: try row.int("integration_id"), objectID: try row.int("object_id"))
        health = IntegrationHealth(
            failedRuns: Int(clamping: try row.intIfPresent("failed_runs") ?? 0),
            failingSince: try row.timestampIfPresent("failing_since"),
            isWarned: try row.boolIfPresent("warned") ?? false,
            stopped: try row.textIfPresent("disabled_class").flatMap { StopReason(rawValue: $0) })
        failures = Int(clamping: try row.int("failures"))
        providerIsDown = try row.bool("provider_is_down")
        isStale = try row.bool("is_stale")
        now = try row.timestamp("now")
    }
}

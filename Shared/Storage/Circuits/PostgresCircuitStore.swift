import Models
import Postgres

/// Circuits in Postgres.
public struct PostgresCircuitStore: CircuitStore {
    private let database: any PostgresDatabase

    /// A store in `database`, as the scheduler's role.
    public init(database: any PostgresDatabase) { self.database = database }

    /// Looks at every provider with trouble and does what its machine says.
    public func assessCircuits(_ rules: CircuitRules) async throws -> [CircuitChange] {
        // Old trouble tells nothing; and where there is none this is all there is to do.
        let due = try await database.query(
            """
            with old as (
              delete from tributary.provider_troubles where at < statement_timestamp() - $1::interval - interval '1 hour'
            )
            select provider from tributary.provider_circuits
            union
            select provider from tributary.provider_troubles where at > statement_timestamp() - $1::interval
            group by provider having count(*) >= $2
            """, [.interval(rules.window), .int(Int64(rules.integrations))])
        var changes: [CircuitChange] = []
        for row in due.rows {
            let provider = try row.text("provider")
            let change = try await database.transaction { session in
                try await Self.assess(provider, rules, session)
            }
            if let change { changes.append(change) }
        }
        return changes
    }

    private static func assess(
        _ provider: String, _ rules: CircuitRules, _ session: any PostgresSession
    ) async throws -> CircuitChange? {
        let turn = try await session.query(
            "select pg_try_advisory_xact_lock(hashtext('tributary.circuit'), hashtext($1)) as mine", [.text(provider)])
        guard try turn.rows.first?.bool("mine") == true else { return nil }
        let stored = try await session.query(
            """
            select probe_at, half_open_since, allowed, pauses from tributary.provider_circuits where provider = $1
            """, [.text(provider)])
        let before = try stored.rows.first.map { row in
            Circuit(
                probeAt: try row.timestampIfPresent("probe_at"),
                halfOpenSince: try row.timestampIfPresent("half_open_since"),
                allowed: Int(clamping: try row.int("allowed")), pauses: Int(clamping: try row.int("pauses")))
        }
        let seen = try await observe(provider, before ?? .closed, rules, session)
        var machine = CircuitMachine(before ?? .closed, rules: rules)
        let action = machine.handle(seen)
        guard machine.circuit != before ?? .closed else { return nil }
        if machine.circuit != .closed { try await save(machine.circuit, of: provider, session) }
        switch action {
        case .open: try await open(provider, failing: seen.failing, rules, session)
        case .probe(let allowed): try await wake(provider, allowed, session)
        case .close: try await close(provider, session)
        case nil: return nil
        }
        return action.map { CircuitChange(provider: provider, action: $0, failing: seen.failing) }
    }

    private static func observe(
        _ provider: String, _ circuit: Circuit, _ rules: CircuitRules, _ session: any PostgresSession
    ) async throws -> CircuitObservation {
        let result: PostgresResult
        if case .halfOpen(_, _, let since) = circuit {
            result = try await session.query(
                halfOpenStatement, [.text(provider), .timestamp(since)])
        } else {
            result = try await session.query(
                closedStatement, [.text(provider), .interval(rules.window), .int(Int64(rules.integrations))])
        }
        guard let row = result.rows.first else { throw Failure(.internalFault, "a count has no row") }
        return CircuitObservation(
            failing: Int(clamping: try row.int("failing")), answered: Int(clamping: try row.int("answered")),
            waiting: Int(clamping: try row.int("waiting")), now: try row.timestamp("now"))
    }

    /// Integrations whose trouble is newer than any answer of their provider, and those that were answered while the
    /// newest few of the others failed. A run that drains was answered, though its records may still be on their way.
    private static let closedStatement = """
        with current as (
          select t.at from tributary.provider_troubles t
          where t.provider = $1 and t.at > statement_timestamp() - $2::interval and not exists (
            select 1 from tributary.integration_objects o join tributary.object_state s on s.object_id = o.id
            where o.integration_id = t.integration_id and greatest(s.drained_at, s.last_synced_at) > t.at)
        ), newest as (
          select min(at) as since from (select at from current order by at desc limit $3) n
        )
        select (select count(*) from current) as failing, (
            select count(*) from (
              select distinct o.integration_id from tributary.object_state s
              join tributary.integration_objects o on o.id = s.object_id
              where s.provider = $1 and greatest(s.drained_at, s.last_synced_at) > newest.since
              limit 1000) a) as answered, 0::bigint as waiting, clock_timestamp() as now
        from newest
        """

    private static let halfOpenStatement = """
        select
          (select count(*) from tributary.provider_troubles where provider = $1 and at > $2) as failing,
          (select count(*) from tributary.object_state s
           where s.provider = $1 and s.claimed_at > $2 and (greatest(s.drained_at, s.last_synced_at) > $2
             or (s.state = 'running' and exists (
               select 1 from tributary.pages p where p.object_id = s.object_id and p.attempt = s.attempt)))) as answered,
          (select count(*) from tributary.object_state where provider = $1 and state = 'queued' and rung_at is null)
          + (select count(*) from tributary.object_state where provider = $1 and state = 'queued' and rung_at is not null)
          + (select count(*) from tributary.object_state where provider = $1 and state = 'running') as waiting,
          clock_timestamp() as now
        """

    private static func save(_ circuit: Circuit, of provider: String, _ session: any PostgresSession) async throws {
        var (probeAt, since, allowed, pauses): (Timestamp?, Timestamp?, Int, Int) = (nil, nil, 0, 0)
        switch circuit {
        case .closed: return
        case .open(let at, let count): (probeAt, pauses) = (at, count)
        case .halfOpen(let count, let failed, let from): (allowed, pauses, since) = (count, failed, from)
        }
        try await session.query(
            """
            insert into tributary.provider_circuits as c (provider, opened_at, probe_at, half_open_since, allowed, pauses)
            values ($1, clock_timestamp(), $2::timestamptz, $3::timestamptz, $4::bigint, $5::bigint)
            on conflict (provider) do update set probe_at = excluded.probe_at,
              half_open_since = excluded.half_open_since, allowed = excluded.allowed, pauses = excluded.pauses
            """,
            [
                .text(provider), probeAt.map { .timestamp($0) } ?? .null, since.map { .timestamp($0) } ?? .null,
                .int(Int64(allowed)), .int(Int64(pauses)),
            ])
    }

    /// Tells the operator, and takes back what was counted before it was known that the provider is down for everyone.
    private static func open(
        _ provider: String, failing: Int, _ rules: CircuitRules, _ session: any PostgresSession
    ) async throws {
        let newest = try await session.query(
            """
            with forgotten as (
              delete from tributary.integration_health h using tributary.provider_troubles t, tributary.integrations i
              where t.provider = $1 and h.integration_id = t.integration_id and i.id = h.integration_id
                and i.disabled_class is null and h.failing_since > statement_timestamp() - $2::interval
              returning h.integration_id
            ), over as (
              update tributary.alerts a set resolved_at = clock_timestamp() from forgotten f
              where a.integration_id = f.integration_id and a.kind = 'failing' and a.resolved_at is null
            )
            select cause, (select min(at) from tributary.provider_troubles
                           where provider = $1 and at > statement_timestamp() - $2::interval) as since
            from tributary.provider_troubles where provider = $1 order by at desc limit 1
            """, [.text(provider), .interval(rules.window)])
        guard let row = newest.rows.first else { return }
        let draft = AlertDraft.outage(of: provider, failing: failing, cause: try row.text("cause"))
        try await session.query(
            """
            insert into tributary.alerts as a (dedup_key, kind, provider, audience, class, subject, cause, effect, advice,
              fixed_when, since)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11::timestamptz, clock_timestamp()))
            on conflict (dedup_key) where resolved_at is null
              do update set times = a.times + 1, last_at = clock_timestamp(), cause = excluded.cause
            """,
            [
                .text(draft.key), .text(draft.kind.rawValue), .text(provider), .text(draft.audience.rawValue),
                .text(draft.failureClass.rawValue), .text(draft.subject), .text(draft.cause), .text(draft.effect),
                .text(draft.advice), .text(draft.fixedWhen),
                try row.timestampIfPresent("since").map { .timestamp($0) } ?? .null,
            ])
    }

    /// Wakes as many postponed runs as may try.
    private static func wake(_ provider: String, _ allowed: Int, _ session: any PostgresSession) async throws {
        try await session.query(
            """
            update tributary.object_state set wake_at = clock_timestamp() where object_id in (
              select object_id from tributary.object_state
              where state = 'postponed' and provider = $1 and failure_class = 'transient'
              order by wake_at limit $2 for no key update skip locked)
            """, [.text(provider), .int(Int64(allowed))])
    }

    /// Everybody comes back, 20 ms after each other on average, and the time that it was down counts against nobody.
    private static func close(_ provider: String, _ session: any PostgresSession) async throws {
        try await session.query(
            """
            with gone as (
              delete from tributary.provider_circuits where provider = $1 returning opened_at
            ), spared as (
              update tributary.integration_health h set failing_since = h.failing_since + (clock_timestamp() - g.opened_at)
              from gone g, tributary.integrations i
              where i.id = h.integration_id and i.provider = $1 and h.failing_since < g.opened_at
            ), over as (
              update tributary.alerts set resolved_at = clock_timestamp()
              where dedup_key = 'outage:' || $1 and resolved_at is null
            ), back as (
              select object_id, row_number() over (order by random()) as place from (
                select object_id from tributary.object_state
                where state = 'postponed' and provider = $1 and failure_class = 'transient'
                order by object_id for no key update skip locked) p
            )
            update tributary.object_state s
            set wake_at = least(s.wake_at, clock_timestamp() + back.place * interval '20 milliseconds')
            from back where s.object_id = back.object_id
            """, [.text(provider)])
    }
}

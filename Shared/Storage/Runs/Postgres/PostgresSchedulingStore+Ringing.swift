import Models
import Postgres

extension PostgresSchedulingStore {
    /// Picks the runs of `provider` to be rung for now, in weighted fair order across customers, within the caps and
    /// within twice the free slots that live retrievers report (at least `minimum`), and marks them rung.
    public func ring(provider: String, minimum: Int) async throws -> [Doorbell] {
        try await database.transaction { session in
            // One scheduler at a time rings for a provider: two would each use the whole budget.
            let turn = try await session.query(
                "select pg_try_advisory_xact_lock(hashtext('tributary.ring'), hashtext($1)) as mine", [.text(provider)])
            guard try turn.rows.first?.bool("mine") == true else { return [] }
            // A customer's cap counts its runs of every provider: two providers at once would each use what is left.
            try await session.query(
                """
                select pg_advisory_xact_lock(hashtext('tributary.customer_caps'))::text
                where exists (select 1 from tributary.customers where max_runs is not null)
                """)
            let result = try await session.query(
                Self.ringStatement, [.text(provider), .int(Int64(minimum))])
            return try result.rows.map { row in
                Doorbell(
                    objectID: try row.int("object_id"), object: try row.uuid("public_id"),
                    run: try row.int("run_number"), provider: provider)
            }
        }
    }

    /// `busy`: what each customer has under way. `turn`: the place a run would have if every customer were given
    /// slots one after another in proportion to its weight; what a customer has already counts as given.
    static let ringStatement = """
        with recursive busy as materialized (
          select customer_id, sum(runs)::bigint as runs, sum(unanswered)::bigint as unanswered from (
            select customer_id, count(*) as runs, 0 as unanswered from tributary.object_state
            where provider = $1 and state = 'running' group by customer_id
            union all
            select customer_id, count(*), count(*) from tributary.object_state
            where provider = $1 and state = 'queued' and rung_at is not null group by customer_id) b
          group by customer_id
        ), room as materialized (
          select least(
            greatest($2::bigint, 2 * coalesce((
              select sum(free_slots) from tributary.retrievers
              where expires_at > statement_timestamp() and (providers is null or $1 = any(providers))), 0)::bigint)
              - coalesce((select sum(unanswered) from busy), 0)::bigint,
            coalesce((select max_runs from tributary.provider_caps where provider = $1), 2147483647)
              - coalesce((select sum(runs) from busy), 0)::bigint,
            -- A provider that is down for everyone is asked by nobody, and then by a few at a time.
            coalesce((select allowed from tributary.provider_circuits where provider = $1), 2147483647)
              - coalesce((select sum(runs) from busy), 0)::bigint) as slots
        ), waiting(customer_id) as (
          (select customer_id from tributary.object_state
           where provider = $1 and state = 'queued' and rung_at is null and (select slots from room) > 0
           order by customer_id limit 1)
          union all
          select (select s.customer_id from tributary.object_state s
                  where s.provider = $1 and s.state = 'queued' and s.rung_at is null and s.customer_id > w.customer_id
                  order by s.customer_id limit 1)
          from waiting w where w.customer_id is not null
        ), everywhere as materialized (
          -- A customer's cap counts its runs of every provider; where nobody has one, this costs nothing.
          select k.customer_id, sum(n.runs)::bigint as runs
          from (
            select distinct i.customer_id, i.provider from waiting w
            join tributary.customers c on c.id = w.customer_id and c.max_runs is not null
            join tributary.integrations i on i.customer_id = c.id) k
          cross join lateral (
            select (select count(*) from tributary.object_state s
                    where s.provider = k.provider and s.customer_id = k.customer_id and s.state = 'running')
              + (select count(*) from tributary.object_state s
                 where s.provider = k.provider and s.customer_id = k.customer_id and s.state = 'queued'
                   and s.rung_at is not null) as runs) n
          group by k.customer_id
        ), candidates as (
          select q.object_id, q.queued_at,
            (coalesce(b.runs, 0) + row_number() over (partition by w.customer_id order by q.queued_at)) / c.weight as turn
          from waiting w
          join tributary.customers c on c.id = w.customer_id
          left join busy b on b.customer_id = w.customer_id
          left join everywhere e on e.customer_id = w.customer_id
          cross join lateral (
            select object_id, queued_at from tributary.object_state s
            where s.provider = $1 and s.customer_id = w.customer_id and s.state = 'queued' and s.rung_at is null
            order by queued_at
            limit greatest(least((select slots from room), coalesce(c.max_runs - coalesce(e.runs, 0), 2147483647)), 0)) q
        ), chosen as (
          select object_id from candidates order by turn, queued_at
          limit greatest((select slots from room), 0)
        ), locked as (
          -- The condition is written so that no partial index fits it: the planner, whose statistics may be from a time
          -- without a queue, would else read the whole queue for each of the chosen.
          select s.object_id from chosen join tributary.object_state s using (object_id)
          where s.state = 'queued' and coalesce(s.rung_at, '-infinity') = '-infinity'
          order by s.object_id for no key update of s skip locked
        )
        update tributary.object_state s set rung_at = clock_timestamp()
        from locked, tributary.integration_objects o
        where s.object_id = locked.object_id and o.id = s.object_id
        returning s.object_id, s.run_number, o.public_id
        """
}

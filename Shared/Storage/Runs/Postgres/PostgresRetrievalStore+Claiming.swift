import Models
import Postgres

extension PostgresRetrievalStore {
    /// Claims the runs that `rings` tell of, as far as they are still queued and rung for.
    public func claim(_ rings: [Doorbell], lease: RetrieverLease) async throws -> [ClaimedRun] {
        guard !rings.isEmpty else { return [] }
        let result = try await database.query(
            Self.claimStatement,
            [
                .intArray(rings.map(\.objectID)), .intArray(rings.map(\.run)), .uuid(lease.id), .int(lease.epoch),
            ])
        return try result.rows.map(claimedRun)
    }

    /// Only what is still queued is taken, by a lease that is alive. A ring that was forgotten or taken back has lost its
    /// place within the caps: its run waits until it is rung for again. The first page that was not acknowledged is where
    /// the run goes on; its row and those behind it go, since what an attempt's bits mean never changes.
    static let claimStatement = """
        with held as (
          select s.object_id from tributary.object_state s
          join (select distinct * from unnest($1::bigint[], $2::bigint[]) as k(object_id, run)) r using (object_id)
          where s.run_number = r.run and s.state = 'queued' and s.runnable
            -- Written so that no partial index fits it, as in `ringStatement`: each is found by its key.
            and coalesce(s.rung_at, '-infinity') <> '-infinity'
            and exists (select 1 from tributary.retrievers l
                        where l.id = $3 and l.epoch = $4 and l.expires_at > clock_timestamp())
          order by s.object_id for no key update of s skip locked
        ), gap as (
          select p.object_id, min(p.page) as page from tributary.pages p join held using (object_id)
          where not p.acknowledged group by p.object_id
        ), resume as (
          select g.object_id, g.page, p.position_before
          from gap g join tributary.pages p on p.object_id = g.object_id and p.page = g.page
        ), gone as (
          delete from tributary.pages p using gap g where p.object_id = g.object_id and p.page >= g.page
        ), claimed as (
          update tributary.object_state s set
            state = 'running', attempt = s.attempt + 1, holder = $3, holder_epoch = $4,
            claimed_at = clock_timestamp(), rung_at = null, until = coalesce(s.until, clock_timestamp()),
            position = case when r.object_id is null then s.position else r.position_before end,
            next_page = coalesce(r.page, s.next_page)
          from held left join resume r on r.object_id = held.object_id
          where s.object_id = held.object_id
          returning s.*
        )
        select s.object_id, s.run_number, s.attempt, s.customer_id, o.integration_id, c.public_id as customer_uuid,
          i.public_id as integration_uuid, o.public_id as object_uuid, s.provider, o.object, s.kind, s.complete_until,
          s.until, s.until_bounded, s.cursor, s.position, s.next_page, s.definition_hash, i.settings, s.postponements,
          s.failures, c.weight
        from claimed s
        join tributary.integration_objects o on o.id = s.object_id
        join tributary.integrations i on i.id = o.integration_id
        join tributary.customers c on c.id = s.customer_id
        """

    private func claimedRun(_ row: PostgresRow) throws -> ClaimedRun {
        ClaimedRun(
            objectID: try row.int("object_id"), run: try row.int("run_number"),
            attempt: Int32(truncatingIfNeeded: try row.int("attempt")), customerID: try row.int("customer_id"),
            integrationID: try row.int("integration_id"),
            source: ObjectSource(
                customer: try row.uuid("customer_uuid"), integration: try row.uuid("integration_uuid"),
                object: try row.uuid("object_uuid")),
            provider: try row.text("provider"), object: try row.text("object"),
            kind: RunKind(rawValue: try row.text("kind")) ?? .incremental,
            completeUntil: try row.timestampIfPresent("complete_until"), until: try row.timestamp("until"),
            untilIsBounded: try row.bool("until_bounded"), cursor: try row.jsonIfPresent("cursor"),
            position: try row.jsonIfPresent("position"),
            nextPage: Int32(truncatingIfNeeded: try row.int("next_page")),
            definitionHash: try row.textIfPresent("definition_hash"), settings: try row.json("settings"),
            postponements: Int(try row.int("postponements")), failures: Int(try row.int("failures")),
            customerWeight: try row.double("weight"))
    }
}

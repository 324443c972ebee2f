import Models
import Postgres

extension PostgresRetrievalStore: SweepStore {
    /// Notes ids that the provider listed; those of earlier sweeps of the object go.
    public func note(_ ids: [String], of claim: RunClaim, lease: RetrieverLease) async throws -> Bool {
        try await database.query(
            """
            with held as materialized (\(heldOne)), gone as (
              delete from tributary.sweep_ids s using held where s.object_id = held.object_id and s.run <> $2::bigint
            ), noted as (
              insert into tributary.sweep_ids (object_id, run, external_id)
              select held.object_id, $2::bigint, k.id from held, (select distinct unnest($6::text[]) as id) k
              order by k.id
              on conflict do nothing
            )
            select object_id from held
            """, claimParameters(claim, lease) + [.textArray(ids)]
        ).rows.count == 1
    }

    /// Counts what was listed, what is stored and what of that was not listed.
    public func count(_ claim: RunClaim, lease: RetrieverLease) async throws -> SweepCounts? {
        let result = try await database.query(
            """
            with held as materialized (\(heldOne))
            select c.listed, c.stored, c.missing
            from held, lateral tributary.sweep_counts(held.object_id, $2::bigint) c
            """, claimParameters(claim, lease))
        return try result.rows.first.map {
            SweepCounts(
                listed: try $0.int("listed"), stored: try $0.int("stored"), missing: try $0.int("missing"))
        }
    }

    /// Notes how a sweep was judged. A refusal is told to the operator.
    public func judge(
        _ counts: SweepCounts, share: Double, refusal: String?, of claim: RunClaim, lease: RetrieverLease
    ) async throws -> Bool {
        try await database.query(
            """
            with held as materialized (\(heldOne)), told as (
              insert into tributary.alerts as a (dedup_key, kind, customer_id, integration_id, object_id, provider, audience,
                class, subject, cause, effect, advice, fixed_when)
              select 'sweep:' || o.id, 'sweep', o.customer_id, o.integration_id, o.id, o.provider, 'operator', 'definition',
                n.name, $10, 'nothing was removed of ' || n.name || '; what is gone at the provider stays for now',
                'the operator compares with the provider what is gone; if it is, raise sweep.share for one run',
                'the next sweep of ' || n.name || ' removes what is gone; this alert goes by itself'
              from held join tributary.integration_objects o on o.id = held.object_id
              join tributary.integrations i on i.id = o.integration_id
              join tributary.customers c on c.id = o.customer_id,
              lateral (select c.key || '/' || i.key || '/' || o.object as name) n
              where $10::text is not null
              on conflict (dedup_key) where resolved_at is null
                do update set times = a.times + 1, last_at = clock_timestamp(), cause = excluded.cause,
                  advice = excluded.advice
            )
            insert into tributary.sweeps as w (object_id, run, listed, stored, missing, share, refusal)
            select held.object_id, $2::bigint, $6, $7, $8, $9, $10 from held
            on conflict (object_id) do update set run = excluded.run, listed = excluded.listed,
              stored = excluded.stored, missing = excluded.missing, share = excluded.share,
              refusal = excluded.refusal, judged_at = excluded.judged_at
            """,
            claimParameters(claim, lease) + [
                .int(counts.listed), .int(counts.stored), .int(counts.missing), .double(share),
                refusal.map { .text($0) } ?? .null,
            ]
        ).affected == 1
    }

    /// The next ids, in their order, that are stored and were not listed.
    public func missing(
        behind id: String?, limit: Int, of claim: RunClaim, lease: RetrieverLease
    ) async throws -> [String]? {
        let result = try await database.query(
            """
            with held as materialized (\(heldOne))
            select m.external_id
            from held left join lateral tributary.sweep_missing(held.object_id, $2::bigint, $6, $7::integer) m on true
            order by m.external_id
            """, claimParameters(claim, lease) + [id.map { .text($0) } ?? .null, .int(Int64(limit))])
        guard !result.rows.isEmpty else { return nil }
        return try result.rows.compactMap { try $0.textIfPresent("external_id") }
    }
}

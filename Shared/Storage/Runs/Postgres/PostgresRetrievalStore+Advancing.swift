import Models
import Postgres

extension PostgresRetrievalStore {
    /// Makes the steps of any number of runs in one statement and returns the claims that still hold.
    public func advance(_ steps: [RunAdvance], lease: RetrieverLease) async throws -> Set<RunClaim> {
        guard !steps.isEmpty else { return [] }
        // Rows are locked in key order, so that two statements cannot deadlock.
        let steps = steps.sorted { $0.claim.objectID < $1.claim.objectID }
        var refusals = UnsendableColumns()
        for step in steps { refusals.append(step) }
        let result = try await database.query(
            advanceStatement,
            [
                .intArray(steps.map(\.claim.objectID)), .intArray(steps.map(\.claim.run)),
                .intArray(steps.map { Int64($0.claim.attempt) }), .uuid(lease.id), .int(lease.epoch),
                .intArray(steps.map { ($0.acknowledged?.lowerBound).map(Int64.init) }),
                .intArray(steps.map { ($0.acknowledged?.upperBound).map(Int64.init) }),
                .intArray(steps.map { Int64($0.declaration.page) }),
                .intArray(steps.map { Int64($0.declaration.expected) }),
                .jsonArray(steps.map { $0.declaration.positionBefore?[...] }),
                .textArray(steps.map { Self.receipts(of: $0.declaration) }),
                .intArray(steps.map { Int64($0.declaration.unsendable.count) }),
                .timestampArray(steps.map(\.declaration.providerClock)),
                .intArray(refusals.objects), .intArray(refusals.pages), .intArray(refusals.indexes),
                .textArray(refusals.externalIDs), .textArray(refusals.reasons),
            ])
        return try Set(result.rows.map(Self.claim))
    }

    private var advanceStatement: String {
        """
        with input as (
          select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
            $10::json[], $11::text[], $12::bigint[], $13::timestamptz[])
            as k(object_id, run, attempt, acked_from, acked_to, page, expected, position_before, receipts, refused, clock)
        ), held as materialized (
          select i.*, s.customer_id, s.until_bounded from input i
          join tributary.object_state s on s.object_id = i.object_id
          where \(fence(run: "i.run", attempt: "i.attempt", holder: "$4", epoch: "$5"))
          order by s.object_id for no key update of s
        ), acknowledged as (
          update tributary.pages p set acknowledged = true from held h
          where p.object_id = h.object_id and p.run = h.run and p.page between h.acked_from and h.acked_to
            and p.attempt = h.attempt
        ), bounded as (
          update tributary.object_state s set until = least(s.until, h.clock), until_bounded = true from held h
          where s.object_id = h.object_id and h.clock is not null and not h.until_bounded
        ), refused as (
          insert into tributary.rejected (object_id, run, attempt, page, index, external_id, reason)
          select r.object_id, h.run, h.attempt, r.page, r.index, r.external_id, r.reason
          from unnest($14::bigint[], $15::bigint[], $16::bigint[], $17::text[], $18::text[])
            as r(object_id, page, index, external_id, reason)
          join held h on h.object_id = r.object_id and h.page = r.page
        ), declared as (
          insert into tributary.pages (object_id, run, page, attempt, customer_id, expected, position_before, stored,
            rejected_count)
          select object_id, run, page, attempt, customer_id, expected, position_before, receipts::bit varying, refused
          from held \(isFenced ? "" : "on conflict (object_id, run, page) do nothing")
        )
        select object_id, run, attempt from held
        """
    }

    /// Lets go of any number of runs in one statement and returns the claims that still held.
    public func release(_ releases: [RunRelease], lease: RetrieverLease) async throws -> Set<RunClaim> {
        guard !releases.isEmpty else { return [] }
        let releases = releases.sorted { $0.claim.objectID < $1.claim.objectID }
        let result = try await database.query(
            releaseStatement,
            [
                .intArray(releases.map(\.claim.objectID)), .intArray(releases.map(\.claim.run)),
                .intArray(releases.map { Int64($0.claim.attempt) }), .uuid(lease.id), .int(lease.epoch),
                .intArray(releases.map { ($0.acknowledged?.lowerBound).map(Int64.init) }),
                .intArray(releases.map { ($0.acknowledged?.upperBound).map(Int64.init) }),
                .textArray(releases.map { Self.state(after: $0.ending).rawValue }),
                .jsonArray(releases.map { if case .drain = $0.ending { nil } else { $0.position?[...] } }),
                .intArray(releases.map { Int64($0.nextPage) }),
                .jsonArray(releases.map { if case .drain(let cursor?) = $0.ending { cursor[...] } else { nil } }),
                .timestampArray(releases.map { if case .postpone(let wakeAt, _) = $0.ending { wakeAt } else { nil } }),
                .textArray(
                    releases.map { if case .postpone(_, let cause) = $0.ending { cause.kind.rawValue } else { nil } }),
                .textArray(releases.map { if case .postpone(_, let cause) = $0.ending { cause.cause } else { nil } }),
                .timestampArray(releases.map(\.providerClock)),
                .boolArray(
                    releases.map {
                        if case .postpone(_, let cause) = $0.ending { cause.isTroubleOfProvider } else { false }
                    }),
            ])
        return try Set(result.rows.map(Self.claim))
    }

    private var releaseStatement: String {
        """
        with input as (
          select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::json[],
            $10::bigint[], $11::json[], $12::timestamptz[], $13::text[], $14::text[], $15::timestamptz[], $16::boolean[])
            as k(object_id, run, attempt, acked_from, acked_to, state, position, next_page, cursor, wake_at, class, cause, clock,
              troubled)
        ), held as materialized (
          select i.* from input i join tributary.object_state s on s.object_id = i.object_id
          where \(fence(run: "i.run", attempt: "i.attempt", holder: "$4", epoch: "$5"))
          order by s.object_id for no key update of s
        ), acknowledged as (
          update tributary.pages p set acknowledged = true from held h
          where p.object_id = h.object_id and p.run = h.run and p.page between h.acked_from and h.acked_to
            and p.attempt = h.attempt
        ), troubled as (
          -- What a provider's circuit is judged by.
          insert into tributary.provider_troubles as u (integration_id, provider, cause, at)
          select distinct on (o.integration_id) o.integration_id, o.provider, h.cause, clock_timestamp()
          from held h join tributary.integration_objects o on o.id = h.object_id where h.troubled
          order by o.integration_id
          on conflict (integration_id) do update set cause = excluded.cause, at = excluded.at
        )
        update tributary.object_state s set
          state = h.state, position = h.position, next_page = h.next_page, next_cursor = h.cursor, wake_at = h.wake_at,
          until = case when s.until_bounded then s.until else least(s.until, h.clock) end,
          until_bounded = s.until_bounded or h.clock is not null,
          drained_at = case when h.state = 'draining' then clock_timestamp() end,
          queued_at = case when h.state = 'queued' then clock_timestamp() else s.queued_at end,
          -- In a row: a run that gets on between two throttles may be postponed for as long as it takes.
          postponements = case when h.next_page > s.next_page then 0 else s.postponements end
            + (h.state = 'postponed')::int,
          failure_class = case when h.state = 'postponed' then h.class else s.failure_class end,
          failure_cause = case when h.state = 'postponed' then h.cause else s.failure_cause end,
          rung_at = null, holder = null, holder_epoch = null
        from held h where s.object_id = h.object_id
        returning s.object_id, s.run_number as run, s.attempt
        """
    }

    static func state(after ending: RunRelease.Ending) -> RunState {
        switch ending {
        // A run that has more to fetch keeps its position there; one that has not has none.
        case .drain, .awaitReceipts: .draining
        case .postpone: .postponed
        case .handBack: .queued
        }
    }

    /// A page's receipts at its declaration: zeros, and ones for what cannot be sent.
    static func receipts(of page: PageDeclaration) -> String {
        var bits = [UInt8](repeating: UInt8(ascii: "0"), count: Int(max(page.expected, 0)))
        for record in page.unsendable where bits.indices.contains(Int(record.index)) {
            bits[Int(record.index)] = UInt8(ascii: "1")
        }
        return String(decoding: bits, as: UTF8.self)
    }

    static func claim(_ row: PostgresRow) throws -> RunClaim {
        RunClaim(
            objectID: try row.int("object_id"), run: try row.int("run"),
            attempt: Int32(truncatingIfNeeded: try row.int("attempt")))
    }
}

/// The records of many declarations that cannot be sent, by column.
private struct UnsendableColumns {
    var objects: [Int64?] = []
    var pages: [Int64?] = []
    var indexes: [Int64?] = []
    var externalIDs: [String?] = []
    var reasons: [String?] = []

    mutating func append(_ step: RunAdvance) {
        for record in step.declaration.unsendable {
            objects.append(step.claim.objectID)
            pages.append(Int64(step.declaration.page))
            indexes.append(Int64(record.index))
            externalIDs.append(record.externalID)
            reasons.append(record.reason)
        }
    }
}

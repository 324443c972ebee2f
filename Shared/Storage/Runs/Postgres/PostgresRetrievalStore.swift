import Models
import Postgres

/// The retriever's side of the runs, in Postgres.
public struct PostgresRetrievalStore: RetrievalStore {
    let database: any PostgresDatabase
    /// Whether writes are conditional on the claim and the lease. Only the suite that proves that it would notice
    /// switches this off.
    let isFenced: Bool
    /// When repeated failure stops an integration.
    let rules: FailureRules

    /// A store in `database`. `isFenced: false` breaks the promise that a retriever that lost its lease can change
    /// nothing: whoever once held a run may write to it. It exists for the tests.
    public init(database: any PostgresDatabase, isFenced: Bool = true, rules: FailureRules = FailureRules()) {
        self.database = database
        self.rules = rules
        self.isFenced = isFenced
    }

    /// Registers a process, or registers it again after its lease ended, with a new epoch.
    public func register(
        id: PublicID, providers: [String]?, capacity: Int, lease: Duration
    ) async throws -> RetrieverLease {
        let result = try await database.query(
            """
            insert into tributary.retrievers as r (id, epoch, providers, capacity, free_slots, expires_at)
            values ($1, 1, $2::text[], $3, $3, clock_timestamp() + $4::interval)
            on conflict (id) do update set epoch = r.epoch + 1, providers = excluded.providers,
              capacity = excluded.capacity, free_slots = excluded.capacity, expires_at = excluded.expires_at
            returning epoch
            """,
            [.uuid(id), providers.map { .textArray($0) } ?? .null, .int(Int64(capacity)), .interval(lease)])
        return RetrieverLease(id: id, epoch: try result.rows.first?.int("epoch") ?? 1)
    }

    /// Renews a lease; false when it has ended and everything held under it is lost.
    public func renew(_ lease: RetrieverLease, freeSlots: Int, for duration: Duration) async throws -> Bool {
        try await database.query(
            """
            update tributary.retrievers set expires_at = clock_timestamp() + $4::interval, free_slots = $3
            where id = $1 and epoch = $2 and expires_at > clock_timestamp()
            """, [.uuid(lease.id), .int(lease.epoch), .int(Int64(freeSlots)), .interval(duration)]
        ).affected == 1
    }

    /// Lets go of any number of runs in one statement and returns the claims that still held.
    public func release(_ lease: RetrieverLease) async throws {
        try await database.query(
            "update tributary.retrievers set expires_at = clock_timestamp(), free_slots = 0 where id = $1 and epoch = $2",
            [.uuid(lease.id), .int(lease.epoch)])
    }

    /// Records without a receipt, of these objects and of their customers.
    public func backlog(objects: [Int64]) async throws -> Backlog {
        let result = try await database.query(
            """
            select p.customer_id, p.object_id,
              sum(p.expected - p.stored_count - p.unchanged_count - p.rejected_count)::bigint as records
            from tributary.pages p
            where p.customer_id in (select customer_id from tributary.object_state where object_id = any($1::bigint[]))
              and p.stored_count + p.unchanged_count + p.rejected_count < p.expected
            group by p.customer_id, p.object_id
            """, [.intArray(objects)])
        var backlog = Backlog()
        for row in result.rows {
            let records = try row.int("records")
            backlog.byObject[try row.int("object_id")] = records
            backlog.byCustomer[try row.int("customer_id"), default: 0] += records
        }
        return backlog
    }

    /// Hands back the runs that the database has under this lease, that were claimed longer than `after` ago and are
    /// not among `held`: an answer was lost on its way, or a write failed for good.
    public func handBackOrphans(
        notAmong held: [RunClaim], claimedBefore after: Duration, lease: RetrieverLease
    ) async throws -> Int {
        try await database.query(
            """
            update tributary.object_state s set state = 'queued', queued_at = clock_timestamp(), rung_at = null, holder = null
            where s.state = 'running' and s.holder = $1 and s.holder_epoch = $2
              and s.claimed_at < clock_timestamp() - $3::interval
              and not exists (
                select 1 from unnest($4::bigint[], $5::bigint[]) h(object_id, attempt)
                where h.object_id = s.object_id and h.attempt = s.attempt)
            """,
            [
                .uuid(lease.id), .int(lease.epoch), .interval(after), .intArray(held.map(\.objectID)),
                .intArray(held.map { Int64($0.attempt) }),
            ]
        ).affected
    }

    /// The provider refuses an old position: the run starts again from its beginning, with the same window.
    public func restart(_ claim: RunClaim, lease: RetrieverLease) async throws -> Bool {
        try await database.query(
            """
            with held as (\(heldOne)), gone as (
              delete from tributary.pages p using held where p.object_id = held.object_id
            )
            update tributary.object_state s set position = null, next_page = 0, next_cursor = null
            from held where s.object_id = held.object_id
            """, claimParameters(claim, lease)
        ).affected == 1
    }

    /// Notes which definition a run uses and stores the definition under its hash.
    public func use(
        definition hash: String, provider: String, object: String, body: [UInt8], claim: RunClaim,
        lease: RetrieverLease
    ) async throws -> Bool {
        try await database.query(
            """
            with held as (\(heldOne)), defined as (
              insert into tributary.definitions (hash, provider, object, body)
              select $6, $7, $8, $9::json where not exists (select 1 from tributary.definitions where hash = $6)
              on conflict (hash) do nothing
            )
            update tributary.object_state s set definition_hash = $6
            from held where s.object_id = held.object_id
            """,
            claimParameters(claim, lease) + [.text(hash), .text(provider), .text(object), .json(body[...])]
        ).affected == 1
    }

    /// The claim of parameters $1 to $5, locked if it still holds.
    var heldOne: String {
        """
        select s.object_id from tributary.object_state s
        where s.object_id = $1 and \(fence(run: "$2::bigint", attempt: "$3::bigint", holder: "$4", epoch: "$5"))
        for no key update of s
        """
    }

    func claimParameters(_ claim: RunClaim, _ lease: RetrieverLease) -> [PostgresValue] {
        [.int(claim.objectID), .int(claim.run), .int(Int64(claim.attempt)), .uuid(lease.id), .int(lease.epoch)]
    }

    /// What every write of a retriever is conditional on: that the claim is still the newest, and the lease alive by the
    /// database's clock.
    func fence(run: String, attempt: String, holder: String, epoch: String) -> String {
        // The parameters are named all the same, since Postgres has to learn their types.
        guard isFenced else { return "(\(run), \(attempt), \(holder)::uuid, \(epoch)::bigint) is not null" }
        return """
            s.run_number = \(run) and s.attempt = \(attempt)
              and s.state = 'running' and s.holder = \(holder)::uuid and s.holder_epoch = \(epoch)::bigint
              and exists (select 1 from tributary.retrievers r where r.id = \(holder)::uuid
                and r.epoch = \(epoch)::bigint and r.expires_at > clock_timestamp())
            """
    }
}

import Models

/// A retriever process's lease. All its runs hang on it.
public struct RetrieverLease: Hashable, Sendable {
    /// The process.
    public var id: PublicID
    /// Grows with each registration: what an earlier one held is no longer this one's.
    public var epoch: Int64

    /// A lease.
    public init(id: PublicID, epoch: Int64) {
        self.id = id
        self.epoch = epoch
    }
}

/// A run that a retriever has claimed, with all that it needs to know to go on.
public struct ClaimedRun: Sendable {
    /// The object's row.
    public var objectID: Int64
    /// The run's number.
    public var run: Int64
    /// This claim.
    public var attempt: Int32
    /// The customer's row.
    public var customerID: Int64
    /// The integration's row.
    public var integrationID: Int64
    /// The public ids.
    public var source: ObjectSource
    /// The provider.
    public var provider: String
    /// The object of the provider's definition.
    public var object: String
    /// What to ask for.
    public var kind: RunKind
    /// How far the object is known to be complete; nil before the first success.
    public var completeUntil: Timestamp?
    /// The end of the window.
    public var until: Timestamp
    /// Whether the provider's clock has been taken into account in `until`.
    public var untilIsBounded: Bool
    /// The stored delta token or event cursor, JSON.
    public var cursor: [UInt8]?
    /// Where to go on, JSON; nil for the beginning.
    public var position: [UInt8]?
    /// The number of the page to fetch next.
    public var nextPage: Int32
    /// The hash of the definition that earlier attempts used.
    public var definitionHash: String?
    /// The integration's settings, JSON.
    public var settings: [UInt8]
    /// How often this run was postponed.
    public var postponements: Int
    /// Failed runs of this object in a row.
    public var failures: Int
    /// The customer's weight where quotas are shared.
    public var customerWeight: Double

    /// A claimed run.
    public init(
        objectID: Int64, run: Int64, attempt: Int32, customerID: Int64, integrationID: Int64, source: ObjectSource,
        provider: String, object: String, kind: RunKind, completeUntil: Timestamp?, until: Timestamp,
        untilIsBounded: Bool, cursor: [UInt8]?, position: [UInt8]?, nextPage: Int32, definitionHash: String?,
        settings: [UInt8], postponements: Int, failures: Int, customerWeight: Double = 1
    ) {
        self.objectID = objectID
        self.run = run
        self.attempt = attempt
        self.customerID = customerID
        self.integrationID = integrationID
        self.source = source
        self.provider = provider
        self.object = object
        self.kind = kind
        self.completeUntil = completeUntil
        self.until = until
        self.untilIsBounded = untilIsBounded
        self.cursor = cursor
        self.position = position
        self.nextPage = nextPage
        self.definitionHash = definitionHash
        self.settings = settings
        self.postponements = postponements
        self.failures = failures
        self.customerWeight = customerWeight
    }
}

/// Which claim of which run is meant: every write of a retriever is conditional on it.
public struct RunClaim: Hashable, Sendable {
    /// The object's row.
    public var objectID: Int64
    /// The run's number.
    public var run: Int64
    /// The claim within the run.
    public var attempt: Int32

    /// A claim.
    public init(objectID: Int64, run: Int64, attempt: Int32) {
        self.objectID = objectID
        self.run = run
        self.attempt = attempt
    }
}

/// A record that cannot become a message (no id, too large): its bit is set when its page is declared.
public struct UnsendableRecord: Hashable, Sendable {
    /// Its place in the page.
    public var index: Int32
    /// Its id, where it has one.
    public var externalID: String?
    /// Why, without its contents.
    public var reason: String

    /// A record that cannot be sent.
    public init(index: Int32, externalID: String?, reason: String) {
        self.index = index
        self.externalID = externalID
        self.reason = reason
    }
}

/// A page that is about to be produced.
public struct PageDeclaration: Hashable, Sendable {
    /// Its number.
    public var page: Int32
    /// How many records it has.
    public var expected: Int32
    /// Where its request starts, JSON; nil for the beginning.
    public var positionBefore: [UInt8]?
    /// Records that cannot be sent.
    public var unsendable: [UnsendableRecord]
    /// The provider's clock, on the first response of a run: `until` never passes it.
    public var providerClock: Timestamp?

    /// A declaration.
    public init(
        page: Int32, expected: Int32, positionBefore: [UInt8]?, unsendable: [UnsendableRecord] = [],
        providerClock: Timestamp? = nil
    ) {
        self.page = page
        self.expected = expected
        self.positionBefore = positionBefore
        self.unsendable = unsendable
        self.providerClock = providerClock
    }
}

/// One step of a run: what was acknowledged, and what comes next.
public struct RunAdvance: Sendable {
    /// The claim.
    public var claim: RunClaim
    /// The pages that the broker has acknowledged since the last step.
    public var acknowledged: ClosedRange<Int32>?
    /// The page that comes next.
    public var declaration: PageDeclaration

    /// A step.
    public init(claim: RunClaim, acknowledged: ClosedRange<Int32>?, declaration: PageDeclaration) {
        self.claim = claim
        self.acknowledged = acknowledged
        self.declaration = declaration
    }
}

/// How a retriever lets go of a run that has not failed.
public struct RunRelease: Sendable {
    /// Why.
    public enum Ending: Sendable {
        /// The last page is acknowledged. `cursor` (JSON) is what the next run starts from, where the provider has one.
        case drain(cursor: [UInt8]?)
        /// There is no room for more records: the run goes on at its position when its own are stored, or before it where
        /// they prove to be lost.
        case awaitReceipts
        /// Not before `wakeAt`; the cause is shown meanwhile.
        case postpone(wakeAt: Timestamp, cause: Failure)
        /// The retriever stops.
        case handBack
    }

    /// The claim.
    public var claim: RunClaim
    /// The pages that the broker has acknowledged since the last step.
    public var acknowledged: ClosedRange<Int32>?
    /// Where to go on, if all declared pages are acknowledged: JSON, nil for the beginning.
    public var position: [UInt8]?
    /// The number of the next page, likewise.
    public var nextPage: Int32
    /// Why.
    public var ending: Ending
    /// The provider's clock, where no page was declared before.
    public var providerClock: Timestamp?

    /// A release.
    public init(
        claim: RunClaim, acknowledged: ClosedRange<Int32>?, position: [UInt8]?, nextPage: Int32, ending: Ending,
        providerClock: Timestamp? = nil
    ) {
        self.claim = claim
        self.acknowledged = acknowledged
        self.position = position
        self.nextPage = nextPage
        self.ending = ending
        self.providerClock = providerClock
    }
}

/// Records that were fetched and have no receipt yet.
public struct Backlog: Sendable, Hashable {
    /// By object.
    public var byObject: [Int64: Int64]
    /// By customer.
    public var byCustomer: [Int64: Int64]

    /// A backlog.
    public init(byObject: [Int64: Int64] = [:], byCustomer: [Int64: Int64] = [:]) {
        self.byObject = byObject
        self.byCustomer = byCustomer
    }
}

/// The retriever's side of the runs. Every write to a run is conditional on the claim and on the lease being alive by
/// the database's clock; a write that is refused for that reason is not an error: the caller abandons the run silently.
public protocol RetrievalStore: Sendable {
    /// Registers a process, or registers it again after its lease ended, with a new epoch.
    func register(id: PublicID, providers: [String]?, capacity: Int, lease: Duration) async throws -> RetrieverLease
    /// Renews a lease; false when it has ended and everything held under it is lost.
    func renew(_ lease: RetrieverLease, freeSlots: Int, for duration: Duration) async throws -> Bool
    /// Ends a lease.
    func release(_ lease: RetrieverLease) async throws
    /// Claims the runs that `rings` tell of, as far as they are still queued and rung for. Positions go back to the first
    /// page that was not acknowledged, and page rows from there on are deleted.
    func claim(_ rings: [Doorbell], lease: RetrieverLease) async throws -> [ClaimedRun]
    /// Makes the steps of any number of runs in one statement and returns the claims that still hold. A run may have
    /// several steps in it, and several pages declared and not yet acknowledged.
    func advance(_ steps: [RunAdvance], lease: RetrieverLease) async throws -> Set<RunClaim>
    /// Lets go of any number of runs in one statement and returns the claims that still held.
    func release(_ releases: [RunRelease], lease: RetrieverLease) async throws -> Set<RunClaim>
    /// Ends a run with a failure: history, the object's health and next time, and, as the class asks, the integration
    /// disabled or the object paused, with an alert. False when the claim no longer held.
    func fail(_ claim: RunClaim, with failure: Failure, lease: RetrieverLease) async throws -> Bool
    /// The provider refuses an old position: the run starts again from its beginning, with the same window.
    func restart(_ claim: RunClaim, lease: RetrieverLease) async throws -> Bool
    /// Hands back the runs that the database has under this lease, that were claimed longer than `after` ago and are
    /// not among `held`: an answer was lost on its way, or a write failed for good. Returns how many there were.
    func handBackOrphans(notAmong held: [RunClaim], claimedBefore after: Duration, lease: RetrieverLease) async throws
        -> Int
    /// Records without a receipt, of these objects and of their customers.
    func backlog(objects: [Int64]) async throws -> Backlog
    /// Notes which definition a run uses and stores the definition under its hash.
    func use(
        definition hash: String, provider: String, object: String, body: [UInt8], claim: RunClaim, lease: RetrieverLease
    )
        async throws -> Bool
}

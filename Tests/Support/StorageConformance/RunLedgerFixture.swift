import Models
import Storage

/// A ledger of runs with a few objects in it, and the things that other services would do to it.
public protocol RunLedgerFixture: Sendable {
    /// The scheduler's side.
    var scheduling: any SchedulingStore { get }
    /// The retriever's side.
    var retrieval: any RetrievalStore { get }
    /// What a sweep of ids keeps.
    var sweeps: any SweepStore { get }
    /// The alerts, under rules of 4 runs and no time.
    var alerts: any AlertStore { get }
    /// What is told of them.
    var announcements: any AnnouncementStore { get }
    /// The circuits of providers.
    var circuits: any CircuitStore { get }
    /// A person enables the integration of an object.
    func enable(objectID: Int64) async throws
    /// How many runs of a customer, rung or running, there may be at once; nil is no cap.
    func setCap(_ runs: Int?, ofCustomer customer: Int64) async throws
    /// Who is told at a customer.
    func setAlertEmail(_ email: String, ofCustomer customer: Int64) async throws
    /// Says which ids are stored of an object and not deleted, as the processor would have it.
    func store(_ ids: [String], of object: Int64) async throws
    /// Adds the object `people` of `customer` (1, 2, …) that is due now. `every` is its own pace.
    func addObject(customer: Int64, provider: String, every: Duration?, weight: Double) async throws -> Int64
    /// Records receipts, as the processor does.
    func receive(_ claim: RunClaim, page: Int32, stored: [Int32]) async throws
    /// Notes a barrier's passage, as the processor does.
    func pass(barrier: Int64, partition: Int32) async throws
    /// What is known of an object.
    func object(_ id: Int64) async throws -> ObjectFacts
    /// Makes the object due now.
    func makeDue(_ id: Int64) async throws
    /// Says what overrides say of an object's pace, as applying them does.
    func setPace(_ pace: ObjectPace, of id: Int64) async throws
}

/// What a check looks at.
public struct ObjectFacts: Sendable, Equatable {
    /// The state of the live run.
    public var state: RunState
    /// Whether it will be scheduled.
    public var runnable: Bool
    /// The claims of the run.
    public var attempt: Int32
    /// The run's number.
    public var run: Int64
    /// How far it is complete.
    public var completeUntil: Timestamp?
    /// The end of the run's window.
    public var until: Timestamp?
    /// When it is due next.
    public var nextDue: Timestamp

    /// Facts.
    public init(
        state: RunState, runnable: Bool, attempt: Int32, run: Int64, completeUntil: Timestamp?, until: Timestamp?,
        nextDue: Timestamp
    ) {
        self.nextDue = nextDue
        self.state = state
        self.runnable = runnable
        self.attempt = attempt
        self.run = run
        self.completeUntil = completeUntil
        self.until = until
    }
}

/// A rule that every ledger keeps. Its name is the rule.
public struct RunLedgerCheck: Sendable, CustomStringConvertible {
    /// The rule.
    public let description: String
    /// Throws where the rule is broken.
    public let run: @Sendable (any RunLedgerFixture) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any RunLedgerFixture) async throws -> Void) {
        self.description = description
        self.run = run
    }
}

/// A rule that was broken.
public struct BrokenRule: Error, CustomStringConvertible {
    /// Where and what.
    public let description: String
}

/// Throws ``BrokenRule`` unless `actual` is `expected`.
func expect<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: String = "", line: UInt = #line
) throws {
    guard actual != expected else { return }
    throw BrokenRule(description: "line \(line): \(what) is \(actual), expected \(expected)")
}

extension RunLedgerFixture {
    /// Registers a retriever with `capacity` slots.
    func retriever(capacity: Int = 10) async throws -> RetrieverLease {
        try await retrieval.register(
            id: PublicID(now: Timestamp(seconds: 0)), providers: nil, capacity: capacity, lease: .seconds(60))
    }

    /// Opens and rings everything that is due for `provider`.
    func rings(_ provider: String = "p") async throws -> [Doorbell] {
        _ = try await scheduling.openDue(limit: 100)
        return try await scheduling.ring(provider: provider, minimum: 100)
    }

    /// Adds an object and claims its first run.
    func claimedRun(_ lease: RetrieverLease) async throws -> ClaimedRun {
        _ = try await addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
        guard let run = try await retrieval.claim(rings(), lease: lease).first else {
            throw BrokenRule(description: "nothing could be claimed")
        }
        return run
    }
}

extension ClaimedRun {
    var claim: RunClaim { RunClaim(objectID: objectID, run: run, attempt: attempt) }

    func page(_ page: Int32, expected: Int32 = 2, acknowledged: ClosedRange<Int32>? = nil, at position: String? = nil)
        -> RunAdvance
    {
        RunAdvance(
            claim: claim, acknowledged: acknowledged,
            declaration: PageDeclaration(
                page: page, expected: expected, positionBefore: position.map { Array($0.utf8) }))
    }

    func ending(
        _ ending: RunRelease.Ending, acknowledged: ClosedRange<Int32>? = nil, position: String? = nil, next: Int32 = 0
    ) -> RunRelease {
        RunRelease(
            claim: claim, acknowledged: acknowledged, position: position.map { Array($0.utf8) }, nextPage: next,
            ending: ending)
    }
}

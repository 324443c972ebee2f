import Models

/// Objects and their runs in memory, with the rules of the Postgres stores. For tests, and as the plainest statement of
/// what those rules are.
public actor MemoryRunLedger {
    /// An Integration Object with its live run.
    struct Entry {
        var source: ObjectSource
        var customerID: Int64
        var integrationID: Int64
        var provider: String
        var object: String
        var type: InteractionType
        /// Its own pace.
        var every: Duration?
        /// What overrides say of its pace.
        var pace = ObjectPace()
        var settings: [UInt8]
        var runnable = true
        var state = RunState.idle
        var nextDue: Timestamp
        var lastSynced: Timestamp?
        var completeUntil: Timestamp?
        var cursor: [UInt8]?
        var lastFull: Timestamp?
        var lastSweep: Timestamp?
        var run: Int64 = 0
        var kind = RunKind.initial
        var attempt: Int32 = 0
        var until: Timestamp?
        var untilIsBounded = false
        var position: [UInt8]?
        var nextPage: Int32 = 0
        var nextCursor: [UInt8]?
        var definition: String?
        var postponements = 0
        var failures = 0
        var failureClass: FailureClass?
        /// When the provider last answered a run to its end.
        var answeredAt: Timestamp?
        var queuedAt: Timestamp?
        var rungAt: Timestamp?
        var openedAt: Timestamp?
        var drainedAt: Timestamp?
        var wakeAt: Timestamp?
        var claimedAt: Timestamp?
        var holder: RetrieverLease?
        var pages: [Int32: Page] = [:]

        /// Moves the run as the table of transitions says; false where it says nothing.
        mutating func move(_ event: RunEvent) -> Bool {
            guard let next = state.after(event) else { return false }
            state = next
            return true
        }
    }

    /// A declared page and its receipts.
    struct Page {
        var attempt: Int32
        var expected: Int32
        var positionBefore: [UInt8]?
        var acknowledged = false
        var receipts: Set<Int32>
        var stored: Int64 = 0
        var unchanged: Int64 = 0
        var rejected: Int64 = 0
        var isFull: Bool { receipts.count >= Int(expected) }
    }

    struct Retriever {
        var epoch: Int64
        var providers: [String]?
        var freeSlots: Int
        var expires: Timestamp
    }

    struct Barrier {
        var topic: String
        var createdAt: Timestamp
        var sentAt: Timestamp
        var open: Set<Int32>
    }

    /// The ids that a sweep has seen.
    struct Sweep {
        var run: Int64
        var ids: Set<String> = []
        var refusal: String?
    }

    let clock: any WallClock
    let rules: FailureRules
    /// By integration; the healthy ones have none.
    var health: [Int64: IntegrationHealth] = [:]
    var enabledAt: [Int64: Timestamp] = [:]
    var troubles: [Int64: Trouble] = [:]
    /// By provider; those that are asked as usual have none.
    var circuits: [String: Circuit] = [:]
    var openedAt: [String: Timestamp] = [:]
    var alertBook: [KeptAlert] = []
    var deliveries: [KeptDelivery] = []
    /// By customer.
    var alertEmails: [Int64: String] = [:]
    var sweeps: [Int64: Sweep] = [:]
    var storedIDs: [Int64: Set<String>] = [:]
    var entries: [Int64: Entry] = [:]
    var weights: [Int64: Double] = [:]
    var customerCaps: [Int64: Int] = [:]
    var retrievers: [PublicID: Retriever] = [:]
    var schedules: [String: ProviderSchedule] = [:]
    var caps: [String: Int] = [:]
    var barriers: [Int64: Barrier] = [:]
    var announced: [Announcement] = []
    /// Whether somebody publishes them.
    var isAnnouncing = false
    var lastID: Int64 = 0
    /// Failures by object, newest last.
    public private(set) var failureLog: [Int64: [Failure]] = [:]
    /// Bodies of definitions by hash.
    public private(set) var definitions: [String: [UInt8]] = [:]

    /// An empty ledger whose time is `clock`'s.
    public init(clock: any WallClock, rules: FailureRules = FailureRules()) {
        self.clock = clock
        self.rules = rules
    }

    /// Adds an object that is due now and returns its row id.
    public func add(
        source: ObjectSource, customerID: Int64, integrationID: Int64, provider: String, object: String,
        type: InteractionType, every: Duration?, settings: [UInt8] = Array("{}".utf8), weight: Double = 1
    ) -> Int64 {
        let id = nextID()
        entries[id] = Entry(
            source: source, customerID: customerID, integrationID: integrationID, provider: provider, object: object,
            type: type, every: every, settings: settings, nextDue: clock.now)
        weights[customerID] = weight
        return id
    }

    /// Says how many runs of a customer, rung or running, there may be at once.
    public func setCap(_ runs: Int?, ofCustomer customer: Int64) { customerCaps[customer] = runs }

    /// Records receipts, as the processor does.
    public func receive(claim: RunClaim, page: Int32, stored: [Int32]) {
        guard var entry = entries[claim.objectID], entry.run == claim.run, var found = entry.pages[page],
            found.attempt == claim.attempt
        else { return }
        let new = Set(stored).subtracting(found.receipts)
        found.receipts.formUnion(new)
        found.stored += Int64(new.count)
        entry.pages[page] = found
        entries[claim.objectID] = entry
    }

    /// Notes that all before a barrier has been processed in a partition.
    public func pass(barrier id: Int64, partition: Int32) { barriers[id]?.open.remove(partition) }

    /// Makes an object due now.
    public func makeDue(_ id: Int64) { entries[id]?.nextDue = clock.now }

    /// Says what overrides say of an object's pace, as applying them does.
    public func setPace(_ pace: ObjectPace, of id: Int64) { entries[id]?.pace = pace }

    /// What is known of an object.
    public func facts(of id: Int64) -> (
        state: RunState, runnable: Bool, attempt: Int32, run: Int64, completeUntil: Timestamp?, until: Timestamp?,
        nextDue: Timestamp
    )? {
        entries[id].map { ($0.state, $0.runnable, $0.attempt, $0.run, $0.completeUntil, $0.until, $0.nextDue) }
    }

    func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    /// Changes the entries that fit, in the order of their ids, up to `limit`; returns how many were changed.
    func change(limit: Int = .max, where fits: (Entry) -> Bool, _ body: (inout Entry) -> Bool) -> Int {
        var changed = 0
        for id in entries.keys.sorted() where changed < limit {
            guard var entry = entries[id], fits(entry), body(&entry) else { continue }
            entries[id] = entry
            changed += 1
        }
        return changed
    }

    func noteFailure(_ failure: Failure, of object: Int64) { failureLog[object, default: []].append(failure) }

    func noteDefinition(_ hash: String, body: [UInt8]) { definitions[hash] = body }
}

import Models

/// How often an object of a provider is synced, as the scheduler's catalog says.
public struct ProviderSchedule: Hashable, Sendable {
    /// The provider.
    public var provider: String
    /// The object of its definition.
    public var object: String
    /// The time from one sync to the next, a second at least.
    public var every: Duration
    /// The longest time between two full runs; nil for none.
    public var reconcile: Duration?
    /// The time between two sweeps of ids; nil for none.
    public var sweep: Duration?

    /// A schedule.
    public init(provider: String, object: String, every: Duration, reconcile: Duration?, sweep: Duration? = nil) {
        self.provider = provider
        self.object = object
        self.every = every
        self.reconcile = reconcile
        self.sweep = sweep
    }
}

/// A run that was closed.
public struct ClosedRun: Hashable, Sendable {
    /// The object.
    public var objectID: Int64
    /// Its provider.
    public var provider: String
    /// The run's number.
    public var run: Int64
    /// Records in the responses.
    public var fetched: Int64
    /// Records that are new or changed.
    public var stored: Int64
    /// Records that were stored already.
    public var unchanged: Int64
    /// Records that could not be stored.
    public var rejected: Int64

    /// A closed run; every fetched record is in one of the other three counts.
    public init(
        objectID: Int64, provider: String, run: Int64, fetched: Int64, stored: Int64, unchanged: Int64,
        rejected: Int64
    ) {
        self.objectID = objectID
        self.provider = provider
        self.run = run
        self.fetched = fetched
        self.stored = stored
        self.unchanged = unchanged
        self.rejected = rejected
    }
}

/// A barrier that is to be sent: one message to each of these partitions.
public struct BarrierToSend: Hashable, Sendable {
    /// Its id, the `ce_id` of the messages.
    public var id: Int64
    /// The topic, a full name.
    public var topic: String
    /// The partitions that have not answered.
    public var partitions: [Int32]

    /// A barrier.
    public init(id: Int64, topic: String, partitions: [Int32]) {
        self.id = id
        self.topic = topic
        self.partitions = partitions
    }
}

/// The objects of a provider in each state, for metrics.
public struct StateCount: Hashable, Sendable {
    /// The provider.
    public var provider: String
    /// The state.
    public var state: RunState
    /// How many objects.
    public var objects: Int64

    /// A count.
    public init(provider: String, state: RunState, objects: Int64) {
        self.provider = provider
        self.state = state
        self.objects = objects
    }
}

/// The scheduler's side of the runs. Every method is one transaction; any number of schedulers may call them at once.
public protocol SchedulingStore: Sendable {
    /// Replaces what is known of the schedules and caps of the providers named. Those of others stay: a scheduler of an
    /// older version, whose catalog lacks them, must not take them away from newer ones.
    func publish(schedules: [ProviderSchedule], caps: [String: Int]) async throws
    /// Opens a run for up to `limit` objects that are due and returns how many there were.
    func openDue(limit: Int) async throws -> Int
    /// Queues up to `limit` postponed runs whose time has come.
    func wakePostponed(limit: Int) async throws -> Int
    /// Queues up to `limit` runs whose holder's lease has ended.
    func reclaimAbandoned(limit: Int) async throws -> Int
    /// Queues again what was rung for longer than `after` ago and not claimed.
    func forgetRings(after: Duration) async throws -> Int
    /// Ends the waiting runs of objects that are no longer to be synced.
    func cancelUnrunnable(limit: Int) async throws -> Int
    /// The providers that have runs waiting for a ring.
    func providersWaiting() async throws -> [String]
    /// Picks the runs of `provider` to be rung for now, in weighted fair order across customers, within the caps and
    /// within twice the free slots that live retrievers report (at least `minimum`), and marks them rung.
    func ring(provider: String, minimum: Int) async throws -> [Doorbell]
    /// Takes rings back that could not be sent.
    func unring(_ rings: [Doorbell]) async throws
    /// Closes up to `limit` drained runs whose pages have all their receipts.
    func closeDrained(limit: Int) async throws -> [ClosedRun]
    /// Queues those runs again that were let go of to wait for receipts and have them all. Returns how many.
    func resumeReceived() async throws -> Int
    /// The types whose runs have waited for receipts longer than `lateAfter`, one for each topic.
    func typesWithLateRuns(lateAfter: Duration) async throws -> [InteractionType]
    /// Opens a barrier over `partitions` partitions of `topic`, shared by all runs that are late in it now. While
    /// another is open in this topic none is made, and the list of partitions is empty.
    func openBarrier(topic: String, partitions: Int32) async throws -> BarrierToSend
    /// The barriers that were sent longer than `after` ago and have not come back everywhere; marks them sent again.
    func overdueBarriers(after: Duration) async throws -> [BarrierToSend]
    /// Judges the late runs of barriers that came back everywhere: what has no receipt by then is lost, and the run is
    /// queued again from there. Returns the number of runs sent back.
    func judgeLate(type: InteractionType, topic: String) async throws -> Int
    /// Makes the coming partitions of the history and drops what is older than `keep`.
    func maintainHistory(keep: Duration) async throws
    /// How many objects there are in each state but idle.
    func stateCounts() async throws -> [StateCount]
}

import Glibc
import Models
import Synchronization

/// A broker in memory, for tests and for trying things out: topics, keys, groups, commits and redelivery as the seam
/// promises them. Everything made from one broker sees the same topics; a process that ends takes them with it.
public final class MemoryBroker: BrokerAdministration {
    struct State {
        var cluster = MemoryCluster()
        var clusterID = MemoryBroker.freshID()
        var produceFailure: KafkaError?
        var lastMember = 0
        /// Counts the changes, so that none goes unnoticed between a look and the wait for the next one.
        var version = 0
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    let state = Mutex(State())
    private let now: @Sendable () -> Timestamp

    /// An empty broker.
    /// - Parameter clock: gives messages their time; the system's clock if nil.
    public init(clock: (any WallClock)? = nil) {
        now = { clock?.now ?? MemoryBroker.systemTime() }
    }

    /// A producer.
    public func producer() -> any MessageProducer { MemoryProducer(self) }

    /// A member of `group` that reads `topics`: names, or patterns that start with `^`.
    /// - Throws: `KafkaError` of kind `configuration` for a pattern that is none.
    public func consumer(group: String, topics: [String]) throws -> any MessageConsumer {
        let patterns = try topics.map(TopicPattern.init)
        let id = change { state in
            state.lastMember += 1
            state.cluster.join(state.lastMember, group: group, topics: patterns)
            return state.lastMember
        }
        return MemoryConsumer(self, id: id, group: group)
    }

    // MARK: For tests

    /// Loses everything it holds and becomes another cluster, as a broker does whose disk was replaced.
    public func wipe() {
        change { state in
            state.cluster.wipe()
            state.clusterID = MemoryBroker.freshID()
        }
    }

    /// Makes every `produce` throw `error` and store nothing, until this is called with nil.
    public func failProducing(with error: KafkaError?) { change { $0.produceFailure = error } }

    /// All messages of `topic`, partition by partition.
    public func messages(of topic: String) -> [ReceivedMessage] {
        state.withLock { ($0.cluster.topics[topic] ?? []).flatMap { $0 } }
    }

    // MARK: Administration

    /// Creates missing topics and adds missing partitions.
    public func ensure(_ topics: [TopicSpecification]) async throws {
        for topic in topics where topic.partitions < 1 || topic.name.isEmpty {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG", "topic \"\(topic.name)\" needs a name and at least one partition."
            )
        }
        change { state in
            for topic in topics { state.cluster.ensure(topic) }
        }
    }

    /// Deletes topics with all they hold.
    public func delete(_ topics: [String]) async throws {
        change { state in
            for topic in topics { state.cluster.delete(topic) }
        }
    }

    /// The number of partitions of `topic`, or nil if there is no such topic.
    public func partitions(of topic: String) async throws -> Int32? {
        state.withLock { $0.cluster.topics[topic].map { Int32(clamping: $0.count) } }
    }

    /// All topic names, sorted.
    public func topics() async throws -> [String] { state.withLock { $0.cluster.topics.keys.sorted() } }

    /// The id of the cluster, another one after each ``wipe()``.
    public func clusterID() async throws -> String { state.withLock { $0.clusterID } }

    // MARK: For its producers and consumers

    /// Stores `messages`, or as many as are in order.
    func store(_ messages: [Message]) throws {
        let time = now()
        try change { state in
            if let failure = state.produceFailure { throw failure }
            for message in messages { try state.cluster.append(message, at: time) }
        }
    }

    /// Changes the state and wakes everybody who waits for a change.
    @discardableResult
    func change<Answer, Failure: Error>(_ body: (inout State) throws(Failure) -> Answer) throws(Failure) -> Answer {
        defer {
            let waiters = state.withLock { state in
                state.version += 1
                defer { state.waiters = [:] }
                return state.waiters
            }
            for waiter in waiters.values { waiter.resume() }
        }
        return try withState(body)
    }

    /// Returns when something has changed since `version`, at `deadline`, or when the task is cancelled.
    func changed(since version: Int, until deadline: ContinuousClock.Instant) async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let alarm = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            wake(id)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    guard state.version == version, deadline > .now, !Task.isCancelled else { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            wake(id)
        }
        alarm.cancel()
    }

    private func wake(_ id: Int) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }

    private func withState<Answer, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let result = state.withLock { state -> Result<Answer, Failure> in
            do throws(Failure) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func freshID() -> String { "memory-" + String(UInt64.random(in: 0...UInt64.max), radix: 36) }

    private static func systemTime() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

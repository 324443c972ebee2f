import Models
import Synchronization

/// Reads from a `MemoryBroker`.
final class MemoryConsumer: MessageConsumer {
    private let broker: MemoryBroker
    private let id: Int
    private let group: String
    private let isClosed = Mutex(false)

    init(_ broker: MemoryBroker, id: Int, group: String) {
        self.broker = broker
        self.id = id
        self.group = group
    }

    deinit { broker.change { $0.cluster.leave(id, group: group) } }

    func poll(maximum: Int, timeout: Duration) async throws -> [ReceivedMessage] {
        let deadline = ContinuousClock.now + timeout
        while true {
            try Task.checkCancellation()
            let (messages, version) = try broker.state.withLock { state throws(CancellationError) in
                if isClosed.withLock({ $0 }) { throw CancellationError() }
                return (state.cluster.take(max(maximum, 1), member: id, group: group), state.version)
            }
            if !messages.isEmpty || deadline <= .now { return messages }
            await broker.changed(since: version, until: deadline)
        }
    }

    func commit(_ messages: [ReceivedMessage]) async throws {
        if isClosed.withLock({ $0 }) { throw CancellationError() }
        broker.state.withLock { $0.cluster.commit(messages, member: id, group: group) }
    }

    func lag() async -> Int64 { broker.state.withLock { $0.cluster.lag(member: id, group: group) } }

    func close() async {
        isClosed.withLock { $0 = true }
        broker.change { $0.cluster.leave(id, group: group) }
    }
}

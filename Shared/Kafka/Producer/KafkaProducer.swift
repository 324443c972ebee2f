import Models
import Synchronization

/// Sends messages with librdkafka: idempotent, acknowledged by all replicas, compressed with LZ4. Any number of tasks
/// may send at once; what they send travels together. A broker that forgot this producer (restarted empty) makes the
/// batches in flight fail with a retriable error and heals with the next call.
public final class KafkaProducer: MessageProducer {
    private enum State {
        case open(ProducerSession)
        case closed
    }

    private let configuration: KafkaConfiguration
    private let state: Mutex<State>

    /// A producer. Nothing waits for the broker yet.
    /// - Throws: `KafkaError` of kind `configuration` if the settings are wrong.
    public init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        self.configuration = configuration
        state = Mutex(.open(try ProducerSession(configuration)))
    }

    deinit {
        state.withLock { state in
            if case .open(let session) = state { session.retire(purging: true) }
        }
    }

    /// Sends `messages` in order and returns when the broker has acknowledged every one of them. A full local queue
    /// makes it wait.
    /// - Throws: `KafkaError` of the first message that failed: `retriable` after `deliveryTimeout` without an answer,
    ///   `unknownTopic`, `refused`, `authorization`. Which of the messages arrived is then unknown.
    ///   `CancellationError` when the task is cancelled or the producer closed; messages may then still arrive.
    public func produce(_ messages: [Message]) async throws {
        guard !messages.isEmpty else { return }
        try Task.checkCancellation()
        let session = try session()
        let batch = DeliveryBatch(count: messages.count)
        // librdkafka's reference to the batch; released by whoever settles the last message.
        let reference = Unmanaged.passRetained(batch)
        var next = 0
        sending: while next < messages.count {
            switch session.enqueue(messages, from: next, batch: reference) {
            case .all:
                break sending
            case .full(let index):
                next = index
                await session.space()
                guard Task.isCancelled else { continue }
                let cancelled = KafkaError(.retriable, code: "_INTR", "sending was cancelled")
                if batch.settle(messages.count - index, cancelled) { reference.release() }
                throw CancellationError()
            case .refused(let index, let error):
                if batch.settle(messages.count - index, error) { reference.release() }
                break sending
            }
        }
        try await batch.acknowledged()
    }

    /// Waits until what was sent is acknowledged or `grace` has passed, and ends. Later calls of `produce` throw
    /// `CancellationError`.
    public func close(within grace: Duration = .seconds(10)) async {
        let session = state.withLock { state -> ProducerSession? in
            guard case .open(let session) = state else { return nil }
            state = .closed
            return session
        }
        guard let session else { return }
        session.retire(purging: false)
        let deadline = Task {
            try await Task.sleep(for: grace)
            session.retire(purging: true)
        }
        await session.ended()
        deadline.cancel()
    }

    /// The session that takes messages, a new one if the last one had to go.
    private func session() throws -> ProducerSession {
        try state.withLock { state in
            guard case .open(let session) = state else { throw CancellationError() }
            if session.isUsable { return session }
            let fresh = try ProducerSession(configuration)
            state = .open(fresh)
            return fresh
        }
    }
}

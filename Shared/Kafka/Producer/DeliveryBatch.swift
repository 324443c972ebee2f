import Synchronization

/// The messages of one call of `produce` and what became of them. librdkafka carries one reference to it per batch;
/// whoever settles the last message drops that reference.
final class DeliveryBatch: Sendable {
    private struct State {
        var remaining: Int
        var failure: KafkaError?
        var isAbandoned = false
        var waiter: CheckedContinuation<Void, any Error>?
    }

    private let state: Mutex<State>

    /// A batch of `count` messages, each of which has to be settled once.
    init(count: Int) { state = Mutex(State(remaining: count)) }

    /// Says of `count` messages that they were acknowledged, or why not. The first failure is kept.
    /// - Returns: whether these were the last ones.
    func settle(_ count: Int, _ failure: KafkaError? = nil) -> Bool {
        let (isLast, resume) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            state.remaining -= count
            if state.failure == nil { state.failure = failure }
            guard state.remaining == 0 else { return (false, nil) }
            return (true, Self.resumption(&state))
        }
        resume?()
        return isLast
    }

    /// Returns when all messages are acknowledged.
    /// - Throws: the first `KafkaError`, or `CancellationError` as soon as the task is cancelled: the messages are
    ///   then still on their way.
    func acknowledged() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let resume = state.withLock { state -> (@Sendable () -> Void)? in
                    state.waiter = continuation
                    return state.remaining == 0 || state.isAbandoned ? Self.resumption(&state) : nil
                }
                resume?()
            }
        } onCancel: {
            let resume = state.withLock { state -> (@Sendable () -> Void)? in
                state.isAbandoned = true
                return Self.resumption(&state)
            }
            resume?()
        }
    }

    /// The waiter's resumption, to be run outside the lock.
    private static func resumption(_ state: inout State) -> (@Sendable () -> Void)? {
        guard let waiter = state.waiter else { return nil }
        state.waiter = nil
        let failure: (any Error)? = state.remaining == 0 ? state.failure : CancellationError()
        return { if let failure { waiter.resume(throwing: failure) } else { waiter.resume() } }
    }
}

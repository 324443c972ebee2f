import Models
import Synchronization

/// Reads messages with librdkafka as a member of a consumer group. Topics that do not exist are waited for, those that
/// vanish and come back are read from their start, and offsets that the broker no longer has begin at the earliest.
public final class KafkaConsumer: MessageConsumer {
    private let thread: ConsumerThread
    private let lastPoll = Mutex<UInt64>(0)

    /// A member of `group` that reads `topics`: full names, or patterns that start with `^` (extended regular
    /// expressions; new topics that fit are picked up within five seconds).
    /// - Parameter sessionTimeout: after how long without a sign of life the broker gives the partitions to another
    ///   member; brokers take 6 s and more unless configured otherwise.
    /// - Throws: `KafkaError` of kind `configuration` if the settings are wrong.
    public init(
        _ configuration: KafkaConfiguration, group: String, topics: [String], sessionTimeout: Duration = .seconds(6)
    ) throws(KafkaError) {
        guard !group.isEmpty, !topics.isEmpty, !topics.contains("") else {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG", "a consumer needs a group id and the names of its topics.")
        }
        thread = try ConsumerThread(configuration, group: group, topics: topics, sessionTimeout: sessionTimeout)
    }

    deinit { _ = thread.ask(.close(nil)) }

    /// Up to `maximum` messages, as soon as there are any; an empty array after `timeout` without one.
    /// - Throws: `KafkaError` of kind `authorization`, `configuration` or `fatal`: what passes by itself is waited
    ///   for. `CancellationError` when the task is cancelled and after `close()`.
    public func poll(maximum: Int, timeout: Duration) async throws -> [ReceivedMessage] {
        let id = lastPoll.withLock { last in
            last += 1
            return last
        }
        let deadline = ContinuousClock.now + timeout
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                let poll = ConsumerPoll(
                    id: id, maximum: min(max(maximum, 1), 10_000), deadline: deadline, continuation: continuation)
                if !thread.ask(.poll(poll)) { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            _ = thread.ask(.cancelPoll(id))
        }
    }

    /// Stores the offsets behind the last of `messages` of each partition, at the broker, before it returns.
    /// - Throws: `KafkaError`, mostly `retriable`; `CancellationError` after `close()`.
    public func commit(_ messages: [ReceivedMessage]) async throws {
        guard !messages.isEmpty else { return }
        try await withCheckedThrowingContinuation { continuation in
            if !thread.ask(.commit(messages, continuation)) { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Messages in the assigned partitions that have not been polled, as far as known.
    public func lag() async -> Int64 {
        await withCheckedContinuation { continuation in
            if !thread.ask(.lag(continuation)) { continuation.resume(returning: 0) }
        }
    }

    /// Leaves the group and ends; a second call returns at once.
    public func close() async {
        await withCheckedContinuation { continuation in
            if !thread.ask(.close(continuation)) { continuation.resume() }
        }
    }
}

import Models

/// What the consumer's thread is asked to do.
enum ConsumerRequest {
    /// Give messages.
    case poll(ConsumerPoll)
    /// The task behind a poll was cancelled.
    case cancelPoll(UInt64)
    /// Store offsets behind these messages.
    case commit([ReceivedMessage], CheckedContinuation<Void, any Error>)
    /// Say how far behind it is.
    case lag(CheckedContinuation<Int64, Never>)
    /// Leave the group and end.
    case close(CheckedContinuation<Void, Never>?)
}

/// A call of `poll` that waits for messages.
struct ConsumerPoll {
    var id: UInt64
    var maximum: Int
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<[ReceivedMessage], any Error>
}

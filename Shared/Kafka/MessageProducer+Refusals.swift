import Models

/// A message that the broker will never take.
public struct RefusedMessage: Sendable {
    /// The message.
    public var message: Message
    /// Why.
    public var error: KafkaError
}

extension MessageProducer {
    /// Sends `messages` in order, leaving out those that the broker refuses for good: one that is too large must not hold
    /// back everybody's. Where there is one, the batch is halved until it is alone, so that some of the others are sent
    /// twice.
    /// - Returns: what was refused.
    /// - Throws: `KafkaError` of every other kind; which of the messages arrived is then unknown.
    public func produceAccepted(of messages: [Message]) async throws -> [RefusedMessage] {
        guard let first = messages.first else { return [] }
        do {
            try await produce(messages)
            return []
        } catch let error as KafkaError where error.kind == .refused {
            guard messages.count > 1 else { return [RefusedMessage(message: first, error: error)] }
            let middle = messages.count / 2
            return try await produceAccepted(of: Array(messages[..<middle]))
                + produceAccepted(of: Array(messages[middle...]))
        }
    }
}

import Models

/// Sends to a `MemoryBroker`.
struct MemoryProducer: MessageProducer {
    private let broker: MemoryBroker

    init(_ broker: MemoryBroker) { self.broker = broker }

    func produce(_ messages: [Message]) async throws {
        try Task.checkCancellation()
        try broker.store(messages)
    }
}

import Kafka
import Models
import Service
import Storage

/// Publishes what the outbox and the rejected messages hold.
package struct RecordPublisher: Sendable {
    private let store: any PublicationStore
    private let cache: DefinitionCache
    private let producer: any MessageProducer
    private let topics: TopicNames
    private let logger = Logger(label: "publisher")
    private let published: Counter
    private let refused: Counter

    /// A publisher from `store` to `producer`.
    package init(
        store: any PublicationStore, cache: DefinitionCache, producer: any MessageProducer, topics: TopicNames,
        metrics: Metrics
    ) {
        self.store = store
        self.cache = cache
        self.producer = producer
        self.topics = topics
        published = metrics.counter("tributary_records_published_total", "Messages published on records.* and dead.*")
        refused = metrics.counter(
            "tributary_records_refused_total", "Records that the broker refused, such as for their size")
    }

    /// Publishes some of what there is.
    /// - Returns: whether there may be more.
    package func publish() async throws -> Bool {
        let records = try await store.publishRecords(limit: 5000) { records in
            FaultPoint.pass(.committedNotPublished)
            try await send(try await messages(records))
        }
        let dead = try await store.publishRejected(limit: 100) { letters in
            try await send(letters.map { $0.message(topics: topics) })
        }
        published.increment(by: (records ?? 0) + dead)
        return records != nil || dead > 0
    }

    private func messages(_ records: [PublishedRecord]) async throws -> [Message] {
        var messages: [Message] = []
        messages.reserveCapacity(records.count)
        var origins: [Int64: RecordOrigin] = [:]
        for record in records {
            var objectID = record.objectID
            if objectID == nil, case .record(let key) = record.key { objectID = key.objectID }
            var origin = objectID.flatMap { origins[$0] }
            if let objectID, origin == nil, let object = try await cache.object(objectID) {
                origin = RecordOrigin(object)
                origins[objectID] = origin
            }
            messages.append(RecordMessage.message(record, origin: origin, topics: topics))
        }
        return messages
    }

    private func send(_ messages: [Message]) async throws {
        for refusal in try await producer.produceAccepted(of: messages) {
            refused.increment()
            logger.error(
                "the broker refused a record for good; it is not published",
                [.topic: .text(refusal.message.topic), .error: .error(refusal.error)])
        }
    }
}

import Kafka
import Models
import Storage

/// Publishes `sync.finished` and `alerts` from their table, in order. A crash between the two steps sends some again
/// with the same `ce_id`, which is what CloudEvents consumers tell doubles by.
package struct AnnouncementPublisher: Sendable {
    let store: any SchedulingStore
    let producer: any MessageProducer
    let topics: TopicNames
    let batch: Int

    /// A publisher of at most `batch` announcements at a time.
    package init(store: any SchedulingStore, producer: any MessageProducer, topics: TopicNames, batch: Int) {
        self.store = store
        self.producer = producer
        self.topics = topics
        self.batch = batch
    }

    /// Publishes the oldest announcements and returns how many there were.
    package func publish() async throws -> Int {
        let announcements = try await store.announcements(limit: batch)
        guard !announcements.isEmpty else { return 0 }
        try await producer.produce(announcements.map { Self.message($0, topics: topics) })
        try await store.removeAnnouncements(announcements.map(\.id))
        return announcements.count
    }

    /// The message that tells `announcement`.
    package static func message(_ announcement: Announcement, topics: TopicNames) -> Message {
        let (topic, type) =
            switch announcement.kind {
            case "alert": (topics.alerts, CloudEventType.alertRaised)
            case "alert.resolved": (topics.alerts, CloudEventType.alertResolved)
            default: (topics.syncFinished, CloudEventType.syncFinished)
            }
        return Message(
            topic: topic, key: Array(announcement.key.utf8)[...],
            value: announcement.body[...],
            headers: [
                MessageHeader(CloudEventHeader.specversion, "1.0"),
                MessageHeader(CloudEventHeader.id, String(announcement.id)),
                MessageHeader(CloudEventHeader.source, announcement.source),
                MessageHeader(CloudEventHeader.type, type),
                MessageHeader(CloudEventHeader.time, announcement.madeAt.description),
                MessageHeader(CloudEventHeader.contentType, "application/json"),
            ])
    }
}

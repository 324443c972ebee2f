import Kafka
import Models
import Service
import Storage

/// Publishes `sync.finished` and `alerts` from their table, in order, one scheduler at a time. A crash between the two
/// steps sends some again with the same `ce_id`, which is what CloudEvents consumers tell doubles by.
package struct AnnouncementPublisher: Sendable {
    let store: any AnnouncementStore
    let producer: any MessageProducer
    let topics: TopicNames
    let batch: Int
    private let refused: Counter
    private let logger = Logger(label: "announcements")

    /// A publisher of at most `batch` announcements at a time.
    package init(
        store: any AnnouncementStore, producer: any MessageProducer, topics: TopicNames, batch: Int, metrics: Metrics
    ) {
        self.store = store
        self.producer = producer
        self.topics = topics
        self.batch = batch
        refused = metrics.counter(
            "tributary_announcements_refused_total",
            "Messages for sync.finished and alerts that the broker refused, such as for their size")
    }

    /// Publishes the oldest announcements and returns how many there were. What the broker refuses for good is told in the
    /// log and left out: it must not hold up the rest.
    package func publish() async throws -> Int {
        try await store.publishAnnouncements(limit: batch) { announcements in
            let messages = announcements.map { Self.message($0, topics: topics) }
            for refusal in try await producer.produceAccepted(of: messages) {
                refused.increment()
                logger.error(
                    "the broker refused an announcement for good; it is not published",
                    [.topic: .text(refusal.message.topic), .error: .error(refusal.error)])
            }
        }
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

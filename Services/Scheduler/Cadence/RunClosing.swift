import Kafka
import Models
import Storage

/// Closes drained runs, and finds out what became of the records of late ones.
package struct RunClosing: Sendable {
    let store: any SchedulingStore
    let producer: any MessageProducer
    let administration: any BrokerAdministration
    let topics: TopicNames
    let settings: CadenceSettings

    /// Closing over `store`, with barriers sent through `producer`.
    package init(
        store: any SchedulingStore, producer: any MessageProducer, administration: any BrokerAdministration,
        topics: TopicNames, settings: CadenceSettings
    ) {
        self.store = store
        self.producer = producer
        self.administration = administration
        self.topics = topics
        self.settings = settings
    }

    /// Closes the runs whose proofs are complete.
    package func close() async throws -> [ClosedRun] { try await store.closeDrained(limit: settings.batch) }

    /// Lets those runs go on that waited for room and whose records are stored now.
    package func resume() async throws -> Int { try await store.resumeReceived() }

    /// Judges late runs whose barrier has come back, sends barriers for the others, and sends those again that did not
    /// come back. Returns how many runs were sent back to fetch lost pages again.
    package func judge() async throws -> Int {
        var sentBack = 0
        for type in try await store.typesWithLateRuns(lateAfter: settings.lateAfter) {
            let topic = topics.interactions(type)
            sentBack += try await store.judgeLate(type: type, topic: topic)
            guard let partitions = try await administration.partitions(of: topic) else { continue }
            try await send(try await store.openBarrier(topic: topic, partitions: partitions))
        }
        for barrier in try await store.overdueBarriers(after: settings.barrierPatience) { try await send(barrier) }
        return sentBack
    }

    private func send(_ barrier: BarrierToSend) async throws {
        guard !barrier.partitions.isEmpty else { return }
        try await producer.produce(barrier.partitions.map { Self.message(barrier, partition: $0) })
    }

    static func message(_ barrier: BarrierToSend, partition: Int32) -> Message {
        Message(
            topic: barrier.topic, partition: partition, key: Array("barrier".utf8)[...], value: Array("{}".utf8)[...],
            headers: [
                MessageHeader(CloudEventHeader.specversion, "1.0"),
                MessageHeader(CloudEventHeader.id, String(barrier.id)),
                MessageHeader(CloudEventHeader.source, "/scheduler"),
                MessageHeader(CloudEventHeader.type, CloudEventType.barrier),
                MessageHeader(CloudEventHeader.contentType, "application/json"),
            ])
    }
}

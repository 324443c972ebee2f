import Foundation
import Kafka
import Models

/// Interactions to the broker, page by page as a retriever sends them, and back again.
enum BrokerBenchmark {
    private static let pages = 1000
    private static let underWay = 16

    static func run() async throws -> Figure {
        guard let brokers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] else {
            throw BenchmarkError("KAFKA_BOOTSTRAP_SERVERS is not set: run deploy/bench")
        }
        let configuration = KafkaConfiguration(bootstrapServers: brokers, clientID: "bench")
        let topics = TopicNames(prefix: "bench\(UInt32.random(in: 0...UInt32.max)).")
        let topic = topics.interactions(.contacts)
        try await KafkaAdministration(configuration).ensure([TopicSpecification(name: topic, partitions: 4)])
        let messages = (0..<100).map { message(record: $0, topic: topic) }
        let producer = try KafkaProducer(configuration)
        try await producer.produce(messages)  // opens the connections
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<underWay {
                group.addTask {
                    for _ in stride(from: worker, to: pages, by: underWay) { try await producer.produce(messages) }
                }
            }
            try await group.waitForAll()
        }
        let producing = (ContinuousClock.now - start) / .seconds(1)
        let records = pages * messages.count
        let alone = ContinuousClock.now
        for _ in 0..<50 { try await producer.produce(messages) }
        let pageMilliseconds = (ContinuousClock.now - alone) / .milliseconds(1) / 50
        await producer.close()
        let consumed = try await consume(records, topic: topic, configuration)
        return Figure(
            "produce_records_per_s", Double(records) / producing,
            [
                "records": Double(records), "seconds": producing, "pages_under_way": Double(underWay),
                "one_page_alone_ms": pageMilliseconds, "consume_records_per_s": consumed,
            ])
    }

    private static func message(record: Int, topic: String) -> Message {
        let id = PublicID(high: 1, low: UInt64(record))
        let time = Timestamp(seconds: 1_767_225_600)
        let payload = SamplePages.record("contacts", record, customer: "c1", system: "crm")
        let interaction = InteractionMessage(
            place: InteractionPlace(run: 1, attempt: 1, page: 1, index: Int32(record)),
            source: ObjectSource(customer: id, integration: id, object: id), type: .contacts, externalID: "\(record)",
            modifiedAt: time, until: time, definition: String(repeating: "a", count: 32), isDeleted: false,
            payload: Array(payload.utf8)[...])
        return InteractionMessage.message(
            interaction, topic: topic, sourcePath: interaction.source.path, untilText: time.description)
    }

    /// Records a second from the first batch on: joining the group is no part of it.
    private static func consume(
        _ records: Int, topic: String, _ configuration: KafkaConfiguration
    ) async throws -> Double {
        let consumer = try KafkaConsumer(configuration, group: topic, topics: [topic])
        let deadline = ContinuousClock.now + .seconds(60)
        var first: ContinuousClock.Instant?
        var counted = 0
        while counted < records {
            guard ContinuousClock.now < deadline else {
                throw BenchmarkError("only \(counted) of \(records) records came back")
            }
            let batch = try await consumer.poll(maximum: 2000, timeout: .seconds(1))
            if first == nil, !batch.isEmpty { first = .now } else { counted += batch.count }
        }
        let elapsed = (ContinuousClock.now - (first ?? .now)) / .seconds(1)
        await consumer.close()
        return Double(counted) / elapsed
    }
}

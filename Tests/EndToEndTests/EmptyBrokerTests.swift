import Kafka
import Models
import Pipeline
import Synchronization
import Testing

/// What Kafka's clients do about a broker that forgot its topics, which somebody makes again a while later.
@Suite(.serialized, .alone) struct EmptyBrokerTests {
    private let topics = ["p", "q"].map { TopicSpecification(name: "empty.\($0)", partitions: 2) }

    @Test(.timeLimit(.minutes(3))) func `a group that joined while there were no topics reads them when they are made`()
        async throws
    {
        try await withPrivateBroker { try await readThroughALoss(of: $0) }
    }

    private func readThroughALoss(of broker: PrivateBroker) async throws {
        let watch = GroupWatch()
        // With a refresh that comes late, what the group does rests on what it knows when it joins, and on no luck.
        let configuration = KafkaConfiguration(
            bootstrapServers: broker.address, clientID: "empty-broker",
            properties: ["debug": "cgrp", "topic.metadata.refresh.interval.ms": "120000"]
        ) { watch.note($1, $2) }
        let administration = try KafkaAdministration(configuration)
        try await administration.ensure(topics)
        let consumer = try KafkaConsumer(configuration, group: "empty.group", topics: ["^empty\\..*"])
        try await read("before", by: consumer, through: configuration)

        let joins = watch.joins
        try await broker.lose()
        // A member that takes part again without anything, or one that waits for topics.
        while watch.joins == joins { _ = try await consumer.poll(maximum: 1, timeout: .milliseconds(100)) }

        try await administration.ensure(topics)
        try await read("after", by: consumer, through: configuration)
        await consumer.close()
    }

    /// Returns when `consumer` was given a message of each partition with this `text`.
    private func read(
        _ text: String, by consumer: KafkaConsumer, through configuration: KafkaConfiguration
    ) async throws {
        var missing: Set<String> = []
        var messages: [Message] = []
        for topic in topics {
            for partition in 0..<topic.partitions {
                missing.insert("\(topic.name)/\(partition)")
                messages.append(
                    Message(topic: topic.name, partition: partition, key: nil, value: Array(text.utf8)[...]))
            }
        }
        try await KafkaProducer(configuration).produce(messages)
        while !missing.isEmpty {
            let received = try await consumer.poll(maximum: 100, timeout: .seconds(1))
            for message in received where message.value.map(Array.init) == Array(text.utf8) {
                missing.remove("\(message.topic)/\(message.partition)")
            }
            try await consumer.commit(received)
        }
    }
}

/// Counts in librdkafka's log how often a member has taken its place in the group, or found that there are no topics.
private final class GroupWatch: Sendable {
    private let count = Mutex(0)

    var joins: Int { count.withLock { $0 } }

    func note(_ facility: String, _ text: String) {
        let isPlace = facility == "CGRPJOINSTATE" && text.contains("-> steady")
        guard isPlace || facility == "JOIN" && text.contains("no matching topics") else { return }
        count.withLock { $0 += 1 }
    }
}

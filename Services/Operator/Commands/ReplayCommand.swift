import Kafka
import Models
import Service
import Storage

/// `tributary replay <dead topic>`
enum ReplayCommand {
    static let command = Command(
        "replay", "sends the messages of a dead.* topic to where they came from, each once",
        arguments: [CommandArgument("topic", "the dead topic, such as dead.interactions.accounts")],
        settings: OperatorSettings.kafka + [OperatorSettings.json]
    ) { call in
        let topic = call.topic(call.argument(0) ?? "")
        let deadPrefix = call.topics.prefix + "dead."
        guard topic.hasPrefix(deadPrefix) else {
            throw CommandFailure("\(topic) is not a dead topic: their names start with \(deadPrefix)", exitCode: .usage)
        }
        let administration = try KafkaAdministration(call.kafka)
        guard try await administration.partitions(of: topic) != nil else {
            throw CommandFailure("there is no topic \(topic): nothing has been rejected", exitCode: .badInput)
        }
        let producer = try KafkaProducer(call.kafka)
        // The group remembers what was replayed, so that a second call sends only what came since.
        let consumer = try KafkaConsumer(call.kafka, group: "\(call.topics.prefix)replay", topics: [topic])
        var replayed = 0
        var skipped = 0
        var idle = 0
        while idle < 5 {
            let messages = try await consumer.poll(maximum: 500, timeout: .seconds(1))
            idle = messages.isEmpty ? idle + 1 : 0
            guard !messages.isEmpty else { continue }
            let originals = messages.compactMap(DeadLetter.replay)
            try await producer.produce(originals)
            try await consumer.commit(messages)
            replayed += originals.count
            skipped += messages.count - originals.count
            call.terminal.progress("\(replayed) messages")
        }
        await consumer.close()
        await producer.close()
        let result = ReplayResult(topic: topic, replayed: replayed, skipped: skipped)
        try call.show(result, result.text)
        return .success
    }
}

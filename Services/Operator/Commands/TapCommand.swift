import FoundationEssentials
import Kafka
import Models
import Service

/// `tributary tap <topic>`
enum TapCommand {
    private static let limit = Setting.integer(
        "limit", in: 1...1_000_000_000, default: "1000000000", "Stop after so many messages")
    private static let follow = Setting.toggle("follow", "Go on waiting for messages at the end of the topic")

    private struct Shown: Encodable {
        let topic: String
        let partition: Int32
        let offset: Int64
        let time: Timestamp
        let key: String?
        let headers: [String: String]
        let value: String?
    }

    static let command = Command(
        "tap", "shows the messages of a topic, from its beginning",
        arguments: [CommandArgument("topic", "the topic, with or without the prefix, such as records.accounts")],
        settings: OperatorSettings.kafka + [limit, follow, OperatorSettings.json]
    ) { call in
        let topic = call.topic(call.argument(0) ?? "")
        let administration = try KafkaAdministration(call.kafka)
        guard try await administration.partitions(of: topic) != nil else {
            let known = try await administration.topics()
            throw CommandFailure(
                "there is no topic \(topic)\(NearestName.suggestion(topic, among: known))", exitCode: .badInput)
        }
        // A group of its own that commits nothing: looking changes nothing.
        let consumer = try KafkaConsumer(
            call.kafka, group: "\(call.topics.prefix)tap.\(PublicID(now: SystemClock().now))", topics: [topic])
        var shown = 0
        var idle = 0
        while shown < call[limit], call[follow] || idle < 5 {
            let messages = try await consumer.poll(maximum: min(500, call[limit] - shown), timeout: .seconds(1))
            idle = messages.isEmpty ? idle + 1 : (shown == 0 ? 0 : 3)
            for message in messages { try show(message, call) }
            shown += messages.count
        }
        await consumer.close()
        return .success
    }

    private static func show(_ message: ReceivedMessage, _ call: Invocation) throws {
        let key = message.key.map { String(decoding: $0, as: UTF8.self) }
        let value = message.value.map { String(decoding: $0, as: UTF8.self) }
        if call[OperatorSettings.json] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let shown = Shown(
                topic: message.topic, partition: message.partition, offset: message.offset, time: message.timestamp,
                key: key, headers: Dictionary(message.headers.map { ($0.name, $0.value) }) { $1 }, value: value)
            call.terminal.print(String(decoding: try encoder.encode(shown), as: UTF8.self))
            return
        }
        let type = message.header(CloudEventHeader.type) ?? "message"
        call.terminal.print(
            "\(message.timestamp)  \(message.partition)/\(message.offset)  \(type)  \(key ?? "(no key)")")
        call.terminal.print("    \(value ?? "(gone)")")
    }
}

import Kafka
import Models

/// One check's view of a broker: topics and groups with names of their own, and the steps that checks are made of.
public struct Bench: Sendable {
    /// The broker.
    public let broker: any BrokerUnderTest
    /// What every name of this check starts with.
    public let prefix: String

    /// A bench on `broker`.
    public init(_ broker: any BrokerUnderTest) {
        self.broker = broker
        prefix = "conformance-\(UInt64.random(in: 0...UInt64.max))."
    }

    /// Makes a topic and returns its full name.
    func topic(_ name: String = "topic", partitions: Int32 = 1) async throws -> String {
        try await broker.makeTopic(TopicSpecification(name: prefix + name, partitions: partitions))
        return prefix + name
    }

    /// A member of this check's group, whose name ends with `name`.
    func consumer(_ topics: [String], group name: String = "group") throws -> any MessageConsumer {
        try broker.consumer(group: prefix + name, topics: topics)
    }

    /// Polls until `count` messages have come or patience ends.
    func read(_ count: Int, from consumer: any MessageConsumer) async throws -> [ReceivedMessage] {
        var messages: [ReceivedMessage] = []
        let deadline = ContinuousClock.now + broker.patience
        while messages.count < count {
            guard ContinuousClock.now < deadline else {
                throw ConformanceFailure("\(messages.count) of \(count) messages came within \(broker.patience)")
            }
            messages += try await consumer.poll(maximum: count - messages.count, timeout: .milliseconds(500))
        }
        return messages
    }

    /// Repeats `step` until it says true or patience ends.
    func eventually(_ what: String, _ step: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + broker.patience
        while try await !step() {
            guard ContinuousClock.now < deadline else {
                throw ConformanceFailure("not within \(broker.patience): \(what)")
            }
        }
    }
}

extension Message {
    /// A message with text as key and value.
    init(_ topic: String, key: String?, _ value: String?, partition: Int32? = nil, headers: [MessageHeader] = []) {
        self.init(
            topic: topic, partition: partition, key: key.map { Array($0.utf8)[...] },
            value: value.map { Array($0.utf8)[...] }, headers: headers)
    }
}

extension ReceivedMessage {
    /// The value as text.
    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
    /// The key as text.
    var keyText: String? { key.map { String(decoding: $0, as: UTF8.self) } }
}

/// Numbered messages for `topic` in one partition.
func numbered(_ range: Range<Int>, _ topic: String, partition: Int32? = 0) -> [Message] {
    range.map { Message(topic, key: "key \($0)", "value \($0)", partition: partition) }
}

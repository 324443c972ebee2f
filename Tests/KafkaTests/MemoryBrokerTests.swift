import Kafka
import KafkaConformance
import Models
import Testing

/// The broker in memory as the conformance suite sees it.
struct MemoryBrokerUnderTest: BrokerUnderTest {
    let broker = MemoryBroker()
    let patience = Duration.seconds(10)

    func producer() throws -> any MessageProducer { broker.producer() }
    func consumer(group: String, topics: [String]) throws -> any MessageConsumer {
        try broker.consumer(group: group, topics: topics)
    }
    func administration() throws -> any BrokerAdministration { broker }
    func deleteTopic(_ name: String) async throws { try await broker.delete([name]) }
    func makeTopic(_ specification: TopicSpecification) async throws { try await broker.ensure([specification]) }
}

@Suite("The broker in memory") struct MemoryBrokerTests {
    @Test("behaves as the seam promises", arguments: ConformanceCheck.all)
    func conforms(_ check: ConformanceCheck) async throws {
        try await check.run(Bench(MemoryBrokerUnderTest()))
    }

    @Test("is another, empty cluster after a wipe, and its consumers read on when the topics are back")
    func wipe() async throws {
        let broker = MemoryBroker()
        let before = try await broker.clusterID()
        let topic = TopicSpecification(name: "t", partitions: 1)
        try await broker.ensure([topic])
        let old = (0..<3).map { Message(topic: "t", key: nil, value: [$0]) }
        try await broker.producer().produce(old)
        let consumer = try broker.consumer(group: "g", topics: ["t"])
        let first = try await consumer.poll(maximum: 10, timeout: .seconds(5))
        #expect(first.count == 3)

        broker.wipe()
        #expect(try await broker.topics().isEmpty)
        #expect(try await broker.clusterID() != before)
        try await consumer.commit(first)
        try await broker.ensure([topic])
        try await broker.producer().produce([Message(topic: "t", key: nil, value: [9])])
        let second = try await consumer.poll(maximum: 10, timeout: .seconds(5))
        #expect(second.map(\.value) == [[9]])
        #expect(second.map(\.offset) == [0])
    }

    @Test("fails on demand and stores nothing then")
    func failing() async throws {
        let broker = MemoryBroker()
        try await broker.ensure([TopicSpecification(name: "t", partitions: 1)])
        broker.failProducing(with: KafkaError(.retriable, code: "X", "the broker is away"))
        await #expect(throws: KafkaError.self) {
            try await broker.producer().produce([Message(topic: "t", key: nil, value: [1])])
        }
        #expect(broker.messages(of: "t").isEmpty)
        broker.failProducing(with: nil)
        try await broker.producer().produce([Message(topic: "t", key: nil, value: [1])])
        #expect(broker.messages(of: "t").count == 1)
    }
}

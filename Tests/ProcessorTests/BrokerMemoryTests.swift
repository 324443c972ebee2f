import Kafka
import Models
import Processor
import ProcessorConformance
import Service
import Storage
import Testing

struct BrokerMemoryTests {
    private let topics = TopicNames()

    private struct Parts {
        let fixture = MemoryDataFixture()
        let broker = MemoryBroker()
        var pipeline: TestPipeline { TestPipeline(fixture) }

        func publisher(_ topics: TopicNames) -> RecordPublisher {
            RecordPublisher(
                store: fixture.memory, cache: pipeline.cache, producer: broker.producer(), topics: topics,
                metrics: Metrics())
        }

        func memory(_ topics: TopicNames) -> BrokerMemory {
            BrokerMemory(store: fixture.memory, administration: broker, topics: topics)
        }

        func ensure(_ topics: TopicNames) async throws {
            try await broker.ensure(
                TopicNames.types.flatMap {
                    [
                        TopicSpecification(name: topics.records($0), partitions: 2),
                        TopicSpecification(name: topics.dead(topics.interactions($0)), partitions: 2),
                    ]
                })
        }
    }

    @Test func `a broker that lost everything gets everything again`() async throws {
        let parts = Parts()
        try await parts.ensure(topics)
        #expect(try await parts.memory(topics).check() == false)
        let pipeline = parts.pipeline
        try await pipeline.store([pipeline.record(1, "a1", ["name": "Acme"]), pipeline.record(3, "d1", ["title": "D"])])
        while try await parts.publisher(topics).publish() {}
        #expect(parts.broker.messages(of: topics.records(.accounts)).count == 1)
        #expect(try await parts.memory(topics).check() == false, "nothing happened to it")
        parts.broker.wipe()
        #expect(try await parts.memory(topics).check())
        try await parts.ensure(topics)
        while try await parts.publisher(topics).publish() {}
        #expect(parts.broker.messages(of: topics.records(.accounts)).count == 1)
        #expect(parts.broker.messages(of: topics.records(.deals)).count == 1)
        #expect(try await parts.memory(topics).check() == false, "once is enough")
    }

    @Test func `while the broker is away nothing is lost`() async throws {
        let parts = Parts()
        try await parts.ensure(topics)
        let pipeline = parts.pipeline
        try await pipeline.store([pipeline.record(1, "a1", ["name": "Acme"])])
        parts.broker.failProducing(with: KafkaError(.retriable, code: "_TRANSPORT", "away"))
        await #expect(throws: KafkaError.self) { try await parts.publisher(topics).publish() }
        parts.broker.failProducing(with: nil)
        while try await parts.publisher(topics).publish() {}
        #expect(parts.broker.messages(of: topics.records(.accounts)).count == 1)
    }

    @Test func `a record that the broker refuses for good holds nothing back`() async throws {
        let parts = Parts()
        try await parts.ensure(topics)
        let pipeline = parts.pipeline
        try await pipeline.store([pipeline.record(1, "a1", ["name": "Acme"])])
        parts.broker.failProducing(with: KafkaError(.refused, code: "MSG_SIZE_TOO_LARGE", "too large"))
        while try await parts.publisher(topics).publish() {}
        #expect(await parts.fixture.memory.contents.outbox.isEmpty)
    }
}

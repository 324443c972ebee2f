import Kafka
import Models
import Processor
import ProcessorConformance
import Service
import Storage
import Testing

struct StoringServiceTests {
    @Test func `what is on the topics is stored, and its offsets are committed before the service ends`() async throws {
        let fixture = MemoryDataFixture()
        let pipeline = TestPipeline(fixture)
        let broker = MemoryBroker()
        let topic = TopicNames().interactions(.contacts)
        try await broker.ensure([TopicSpecification(name: topic, partitions: 2)])
        let records = (0..<50).map { pipeline.record(2, "c\($0)", ["name": "Contact \($0)"], index: Int32($0)) }
        try await broker.producer().produce(
            records.map { Message(topic: topic, key: $0.key, value: $0.value, headers: $0.headers) })
        let shutdown = ShutdownSignal()
        let service = StoringService(
            consumer: try broker.consumer(group: "processor", topics: [topic]),
            preparation: BatchPreparation(cache: pipeline.cache), storage: pipeline.storage,
            metrics: StoringMetrics(Metrics()), clock: SystemClock(), batchSize: 7)
        async let running: Void = service.run(until: shutdown)
        while try await fixture.entities(.contact).count < 50 { await Task.yield() }
        shutdown.trigger()
        try await running
        let next = try broker.consumer(group: "processor", topics: [topic])
        #expect(try await next.poll(maximum: 10, timeout: .milliseconds(50)).isEmpty)
        await next.close()
    }
}

import Kafka
import Models
import Scheduler
import Service
import Storage
import Testing

@Suite struct AnnouncementTests {
    private let broker = MemoryBroker()
    private let ledger = MemoryRunLedger(clock: ManualClock())
    private let topics = TopicNames(prefix: "t.")
    private let metrics = Metrics()

    private func publisher(batch: Int = 100) -> AnnouncementPublisher {
        AnnouncementPublisher(
            store: ledger, producer: broker.producer(), topics: topics, batch: batch, metrics: metrics)
    }

    private func announce(_ numbers: ClosedRange<Int>, large: Set<Int> = []) async throws {
        try await broker.ensure([
            TopicSpecification(name: topics.syncFinished, partitions: 1),
            TopicSpecification(name: topics.alerts, partitions: 1),
        ])
        for number in numbers {
            let text = large.contains(number) ? String(repeating: "x", count: 2_000_000) : "x"
            await ledger.announce(
                kind: number % 2 == 0 ? "alert" : "sync.finished", key: "\(number)", source: "/",
                body: Array(#"{"text":"\#(text)"}"#.utf8))
        }
    }

    /// The keys of a topic in their order.
    private func keys(_ topic: String) -> [String] {
        broker.messages(of: topic).map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }

    @Test func `one message that the broker refuses holds nothing up`() async throws {
        try await announce(1...9, large: [4, 5])
        #expect(try await publisher().publish() == 9)
        #expect(Set(keys(topics.syncFinished)) == ["1", "3", "7", "9"])
        #expect(Set(keys(topics.alerts)) == ["2", "6", "8"])
        #expect(PrometheusText.render(metrics).contains("tributary_announcements_refused_total 2"))
        #expect(try await publisher().publish() == 0)
    }

    @Test func `two schedulers send each announcement once, in order`() async throws {
        try await announce(1...40)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                let publisher = publisher(batch: 3)
                group.addTask {
                    for _ in 0..<40 { _ = try await publisher.publish() }
                }
            }
            try await group.waitForAll()
        }
        #expect(keys(topics.syncFinished) == stride(from: 1, through: 39, by: 2).map(String.init))
        #expect(keys(topics.alerts) == stride(from: 2, through: 40, by: 2).map(String.init))
    }

    @Test func `a broker that is away loses nothing`() async throws {
        try await announce(1...2)
        broker.failProducing(with: KafkaError(.retriable, code: "_TRANSPORT", "away"))
        await #expect(throws: KafkaError.self) { try await publisher().publish() }
        broker.failProducing(with: nil)
        #expect(try await publisher().publish() == 2)
        #expect(keys(topics.syncFinished) == ["1"])
    }
}

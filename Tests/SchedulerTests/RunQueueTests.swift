import Kafka
import Models
import Scheduler
import Service
import Storage
import Testing

@Suite struct RunQueueTests {
    private let broker = MemoryBroker()
    private let ledger = MemoryRunLedger(clock: ManualClock())
    private let topics = TopicNames(prefix: "t.")

    /// A queue over one due object of each of `providers`; those of `deaf` have no topic to ring in.
    private func queue(_ providers: [String], deaf: Set<String> = [], atOnce: Int = 16) async throws -> RunQueue {
        try await broker.ensure(
            providers.filter { !deaf.contains($0) }.map {
                TopicSpecification(name: topics.syncRequested(provider: $0), partitions: 1)
            })
        for (number, provider) in providers.enumerated() {
            let id = PublicID(high: 1, low: UInt64(number))
            _ = await ledger.add(
                source: ObjectSource(customer: id, integration: id, object: id), customerID: Int64(number),
                integrationID: Int64(number), provider: provider, object: "people", type: .contacts,
                every: .seconds(60))
        }
        return RunQueue(
            store: ledger, producer: broker.producer(), topics: topics,
            settings: CadenceSettings(providersAtOnce: atOnce))
    }

    /// Sends for nobody before it has been asked to send for all of `count`.
    private actor PatientProducer: MessageProducer {
        private let count: Int
        private var asked = 0

        init(_ count: Int) { self.count = count }

        func produce(_ messages: [Message]) async throws {
            asked += 1
            while asked < count {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `one that waits for the broker holds up no other`() async throws {
        _ = try await queue(["a", "b", "c"])
        let queue = RunQueue(
            store: ledger, producer: PatientProducer(3), topics: topics,
            settings: CadenceSettings(providersAtOnce: 3))
        #expect(try await queue.advance().rung == 3)
    }

    private func rings(_ provider: String) -> Int {
        broker.messages(of: topics.syncRequested(provider: provider)).count
    }

    @Test(arguments: [1, 3, 100]) func `every provider is rung for, however few are at once`(atOnce: Int) async throws {
        let providers = (1...10).map { "p\($0)" }
        let queue = try await queue(providers, atOnce: atOnce)
        let progress = try await queue.advance()
        #expect(progress.opened == 10 && progress.rung == 10)
        for provider in providers { #expect(rings(provider) == 1) }
        #expect(try await queue.advance().rung == 0)
    }

    @Test func `rings that cannot be sent are taken back and tried apart from the others`() async throws {
        let queue = try await queue(["a", "b", "c"], deaf: ["b"])
        #expect(try await queue.advance().rung == 2)
        #expect(rings("a") == 1 && rings("c") == 1)
        #expect(await ledger.providersWaiting() == ["b"])
        #expect(try await queue.advance().rung == 0)
        await #expect(throws: KafkaError.self) { try await queue.ringAgain() }
        #expect(await ledger.providersWaiting() == ["b"])

        try await broker.ensure([TopicSpecification(name: topics.syncRequested(provider: "b"), partitions: 1)])
        #expect(try await queue.advance().rung == 0, "it is not the others' to wait for it")
        #expect(try await queue.ringAgain() == 1)
        #expect(rings("a") == 1 && rings("b") == 1)
    }

    @Test func `a provider that was heard again is rung for with the others`() async throws {
        let queue = try await queue(["a", "b"], deaf: ["b"])
        #expect(try await queue.advance().rung == 1)
        try await broker.ensure([TopicSpecification(name: topics.syncRequested(provider: "b"), partitions: 1)])
        #expect(try await queue.ringAgain() == 1)
        _ = await ledger.forgetRings(after: .seconds(-1))
        #expect(try await queue.advance().rung == 2)
        #expect(try await queue.ringAgain() == 0)
    }
}

import CRdKafka
import Kafka
import KafkaConformance
import Models
import Synchronization
import Testing

/// What the clients make of a broker's misbehaviour.
@Suite("The Kafka clients under faults") struct ClientFailureTests {
    private static let produceRequest: Int16 = 0
    private static let fetchRequest: Int16 = 1

    private func message(_ text: String) -> Message {
        Message(topic: "t", partition: 0, key: nil, value: Array(text.utf8)[...])
    }

    @Test("errors of the broker that pass are retried without doubling or reordering")
    func retried() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        try await producer.produce([message("0")])
        cluster.fail(
            Self.produceRequest,
            with: [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT])
        try await producer.produce((1..<50).map { message("\($0)") })
        let consumer = try cluster.consumer(group: "g", topics: ["t"])
        var texts: [String] = []
        while texts.count < 50 {
            let messages = try await consumer.poll(maximum: 100, timeout: .seconds(10))
            try #require(!messages.isEmpty)
            texts += messages.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        }
        #expect(texts == (0..<50).map(String.init))
        await consumer.close()
    }

    @Test("a broker that forgot the producer costs the batch a retriable error, and the next call works")
    func rebuilt() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        try await producer.produce([message("0")])
        cluster.fail(Self.produceRequest, with: [RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER])
        do {
            try await producer.produce([message("1")])
            Issue.record("the batch was acknowledged in spite of the fatal error")
        } catch let error as KafkaError {
            #expect(error.kind == .retriable)
        }
        try await producer.produce([message("2")])
    }

    @Test("a broker that is away is an error only after the delivery time-out, and none if it returns before")
    func away() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        var configuration = cluster.configuration
        configuration.deliveryTimeout = .seconds(2)
        let impatient = try KafkaProducer(configuration)
        let patient = try KafkaProducer(cluster.configuration)
        try await impatient.produce([message("0")])
        try await patient.produce([message("0")])
        cluster.setReachable(false)
        async let survivor: Void = patient.produce([message("1")])
        do {
            try await impatient.produce([message("2")])
            Issue.record("a message was acknowledged by a broker that is away")
        } catch let error as KafkaError {
            #expect(error.kind == .retriable)
        }
        cluster.setReachable(true)
        try await survivor
        try await impatient.produce([message("3")])
    }

    @Test("an administration without a broker says where it looked")
    func nobodyThere() async throws {
        let configuration = KafkaConfiguration(
            bootstrapServers: "127.0.0.1:1", clientID: "test", requestTimeout: .milliseconds(200))
        let administration = try KafkaAdministration(configuration)
        do {
            _ = try await administration.topics()
            Issue.record("nobody answered, and there was no error")
        } catch let error as KafkaError {
            #expect(error.kind == .retriable)
            #expect(error.text.contains("127.0.0.1:1"))
            #expect(error.text.contains("Connection refused"))
        }
    }

    @Test("a full local queue makes producing wait instead of fail")
    func full() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        var configuration = cluster.configuration
        configuration.properties = ["queue.buffering.max.messages": "10"]
        let producer = try KafkaProducer(configuration)
        try await producer.produce((0..<200).map { message("\($0)") })
        let consumer = try cluster.consumer(group: "g", topics: ["t"])
        var count = 0
        while count < 200 {
            let messages = try await consumer.poll(maximum: 1000, timeout: .seconds(10))
            try #require(!messages.isEmpty)
            count += messages.count
        }
        #expect(count == 200)
        await consumer.close()
    }

    @Test("a committed offset that the broker no longer has begins at the earliest message there is")
    func outOfRange() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        try await producer.produce([message("0"), message("1")])
        let first = try cluster.consumer(group: "g", topics: ["t"])
        try await first.commit(try await first.poll(maximum: 1, timeout: .seconds(10)))
        await first.close()
        // The mock cluster keeps five megabytes.
        for _ in 0..<12 {
            let large = (0..<9).map { _ in Message(topic: "t", partition: 0, key: nil, value: Self.incompressible) }
            try await producer.produce(large)
        }
        let second = try cluster.consumer(group: "g", topics: ["t"])
        let next = try await second.poll(maximum: 1, timeout: .seconds(20))
        #expect((next.first?.offset ?? 0) > 1)
        await second.close()
    }

    @Test("a consumer whose place in the log is lost starts the partition again, without being made anew")
    func resetWhileReading() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        try await producer.produce((0..<5).map { message("\($0)") })
        let consumer = try cluster.consumer(group: "g", topics: ["t"])
        var offsets: [Int64] = []
        while offsets.count < 5 { offsets += try await poll(consumer) }
        cluster.fail(Self.fetchRequest, with: [RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE])
        while offsets.count < 10 { offsets += try await poll(consumer) }
        #expect(offsets == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
        await consumer.close()
    }

    private func poll(_ consumer: any MessageConsumer) async throws -> [Int64] {
        let messages = try await consumer.poll(maximum: 100, timeout: .seconds(20))
        try #require(!messages.isEmpty)
        return messages.map(\.offset)
    }

    /// A hundred thousand bytes that stay as many when they are compressed.
    private static let incompressible: ArraySlice<UInt8> = {
        var bytes: [UInt8] = []
        for _ in 0..<12_500 { withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { bytes += $0 } }
        return bytes[...]
    }()

    @Test("closing a producer waits for what is on its way, and ends it")
    func close() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        async let sent: Void = producer.produce((0..<1000).map { message("\($0)") })
        try await producer.produce([message("x")])
        await producer.close()
        do { try await sent } catch is CancellationError {}
        await #expect(throws: CancellationError.self) { try await producer.produce([message("late")]) }
    }

    @Test("a cancelled task does not wait for a broker that is away")
    func cancelled() async throws {
        let cluster = try MockCluster()
        try await cluster.makeTopic(TopicSpecification(name: "t", partitions: 1))
        let producer = try KafkaProducer(cluster.configuration)
        try await producer.produce([message("0")])
        cluster.setReachable(false)
        let task = Task { try await producer.produce([message("1")]) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        cluster.setReachable(true)
    }

    @Test("librdkafka's log goes to the closure")
    func logged() async throws {
        let lines = Mutex<[String]>([])
        let configuration = KafkaConfiguration(
            bootstrapServers: "127.0.0.1:1", clientID: "test", requestTimeout: .milliseconds(500)
        ) { _, facility, text in lines.withLock { $0.append(facility + " " + text) } }
        let administration = try KafkaAdministration(configuration)
        _ = try? await administration.topics()
        #expect(lines.withLock { $0 }.contains { $0.contains("127.0.0.1:1") })
    }
}

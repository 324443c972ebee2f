import CRdKafka
import Kafka
import KafkaConformance
import Models
import Testing

/// librdkafka's in-process cluster: the real client code against a broker without network. It cannot create topics on
/// request, makes up unknown ones, and adds no partitions.
final class MockCluster: BrokerUnderTest, @unchecked Sendable {
    /// What it can do beyond sending and reading.
    static let abilities: Set<BrokerAbility> = [.knowsHighWatermarks, .limitsMessageSize]

    let patience = Duration.seconds(30)
    let configuration: KafkaConfiguration
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    init() throws {
        var text = [CChar](repeating: 0, count: 512)
        let conf = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(conf, nil)
        client = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, conf, &text, text.count))
        cluster = try #require(rd_kafka_mock_cluster_new(client, 1))
        configuration = KafkaConfiguration(
            bootstrapServers: String(cString: rd_kafka_mock_cluster_bootstraps(cluster)), clientID: "tests",
            deliveryTimeout: .seconds(20))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }

    func producer() throws -> any MessageProducer { try KafkaProducer(configuration) }
    func consumer(group: String, topics: [String]) throws -> any MessageConsumer {
        try KafkaConsumer(configuration, group: group, topics: topics)
    }
    func administration() throws -> any BrokerAdministration { try KafkaAdministration(configuration) }
    func deleteTopic(_ name: String) async throws { throw ConformanceFailure("the mock cluster deletes no topics") }
    func makeTopic(_ specification: TopicSpecification) async throws {
        let code = rd_kafka_mock_topic_create(cluster, specification.name, specification.partitions, 1)
        try #require(code == RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// Makes the next requests of a kind fail with these codes, one after the other.
    func fail(_ request: Int16, with codes: [rd_kafka_resp_err_t]) {
        var codes = codes
        rd_kafka_mock_push_request_errors_array(cluster, request, codes.count, &codes)
    }

    /// Cuts the broker off and lets it be reached again.
    func setReachable(_ isReachable: Bool) {
        if isReachable { rd_kafka_mock_broker_set_up(cluster, 1) } else { rd_kafka_mock_broker_set_down(cluster, 1) }
    }
}

@Suite("librdkafka on its mock cluster") struct MockClusterTests {
    @Test("behaves as the seam promises", arguments: ConformanceCheck.all(for: MockCluster.abilities))
    func conforms(_ check: ConformanceCheck) async throws {
        try await check.run(Bench(MockCluster()))
    }

    @Test("leaves out exactly the checks that need a broker which creates or refuses topics")
    func leftOut() {
        let run = Set(ConformanceCheck.all(for: MockCluster.abilities).map(\.name))
        #expect(
            Set(ConformanceCheck.all.map(\.name)).subtracting(run) == [
                "an unknown topic is told apart from other errors",
                "a topic that is made after producing to it failed can be produced to",
                "a topic that does not exist yet is waited for",
                "ensure creates what is missing and can be repeated",
                "ensure adds missing partitions and never takes any away",
                "two services ensure the same topics at once",
                "a topic that was deleted and made again is written and read from its start, by the same clients",
            ])
    }
}

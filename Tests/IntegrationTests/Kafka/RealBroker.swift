import Foundation
import Kafka
import KafkaConformance
import Models

/// The broker at `KAFKA_BOOTSTRAP_SERVERS`.
struct RealBroker: BrokerUnderTest {
    let configuration: KafkaConfiguration
    let patience = Duration.seconds(120)

    /// What the broker at hand can do. Apache Kafka can do everything; `TRIBUTARY_TEST_BROKER=embedded` says that it is
    /// the embedded one, which makes up unknown topics, knows no ends of partitions, has no size limit, and whose answer
    /// to a consumer of a deleted topic crashes librdkafka 2.16.1 (in `rd_kafka_metadata_update_op`).
    static let abilities: Set<BrokerAbility> =
        ProcessInfo.processInfo.environment["TRIBUTARY_TEST_BROKER"] == "embedded"
        ? [.createsTopics] : Set(BrokerAbility.allCases)

    /// - Throws: where the variable is not set: a test that needs a broker fails without one.
    init() throws {
        guard let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"], !servers.isEmpty else {
            throw ConformanceFailure("Set KAFKA_BOOTSTRAP_SERVERS to a broker, such as 127.0.0.1:9092.")
        }
        configuration = KafkaConfiguration(
            bootstrapServers: servers, clientID: "integration-tests", deliveryTimeout: .seconds(60))
    }

    func producer() throws -> any MessageProducer { try KafkaProducer(configuration) }
    func consumer(group: String, topics: [String]) throws -> any MessageConsumer {
        try KafkaConsumer(configuration, group: group, topics: topics)
    }
    func administration() throws -> any BrokerAdministration { try KafkaAdministration(configuration) }
    func deleteTopic(_ name: String) async throws { try await KafkaAdministration(configuration).delete([name]) }
    func makeTopic(_ specification: TopicSpecification) async throws {
        try await administration().ensure([specification])
    }
}

import CRdKafka
import Models
import Synchronization

/// Asks a broker for its topics and creates what is missing. Calls run one after the other on a thread of their own.
public final class KafkaAdministration: BrokerAdministration {
    private let worker: AdministrationThread
    private let configuration: KafkaConfiguration

    /// An administration. Nothing waits for the broker yet.
    /// - Throws: `KafkaError` of kind `configuration` if the settings are wrong.
    public init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        self.configuration = configuration
        worker = try AdministrationThread(configuration)
    }

    deinit { worker.end() }

    /// Creates the topics that are missing, adds missing partitions, and returns when they can be used. Compaction is
    /// asked for where it is wanted, and gone without where the broker refuses it.
    /// - Throws: `KafkaError`; `retriable` while the broker is away.
    public func ensure(_ topics: [TopicSpecification]) async throws {
        let patience = configuration.requestTimeout
        try await worker.perform { call throws(KafkaError) in try call.ensure(topics, patience: patience) }
    }

    /// Deletes topics with all they hold, and returns when they are gone. Those that are not there are no error.
    /// - Throws: `KafkaError`; `retriable` while the broker is away.
    public func delete(_ topics: [String]) async throws {
        guard !topics.isEmpty else { return }
        let patience = configuration.requestTimeout
        try await worker.perform { call throws(KafkaError) in try call.deleteAll(topics, patience: patience) }
    }

    /// The number of partitions of `topic`, or nil if there is no such topic.
    public func partitions(of topic: String) async throws -> Int32? {
        try await worker.perform { call throws(KafkaError) in try call.partitions()[topic] }
    }

    /// All topic names, sorted; the broker's own ones, which start with `__`, included.
    public func topics() async throws -> [String] {
        try await worker.perform { call throws(KafkaError) in try call.partitions().keys.sorted() }
    }

    /// The id of the cluster. Some small brokers have the same one after they lost everything.
    public func clusterID() async throws -> String {
        try await worker.perform { call throws(KafkaError) in
            // The library keeps the id of the newest metadata, so get some.
            _ = try call.partitions()
            guard let id = call.handle.knownClusterID else {
                throw KafkaError(
                    .unsupported, code: "_UNSUPPORTED_FEATURE", "the broker does not say which cluster it is.")
            }
            return id
        }
    }
}

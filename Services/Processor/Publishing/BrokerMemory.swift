import Kafka
import Models
import Service
import Storage

/// Notices that the broker is another one, or lost what it held, and has everything published again.
///
/// A cluster's id changes when a broker starts with an empty folder, but not every broker makes a new one. So there is
/// a topic besides that is created only after everything was put into the outbox: where it is missing, the broker has
/// not got what the tables hold.
package struct BrokerMemory: Sendable {
    private let store: any PublicationStore
    private let administration: any BrokerAdministration
    private let topics: TopicNames
    private let logger = Logger(label: "publisher")

    /// Compares the broker behind `administration` with what `store` remembers of it.
    package init(store: any PublicationStore, administration: any BrokerAdministration, topics: TopicNames) {
        self.store = store
        self.administration = administration
        self.topics = topics
    }

    /// The topic whose absence tells that the broker is empty.
    package static func marker(_ topics: TopicNames) -> String { topics.prefix + "published" }

    /// Compares, and asks for republication where it is due.
    /// - Returns: whether it was.
    @discardableResult
    package func check() async throws -> Bool {
        let marker = Self.marker(topics)
        let cluster = try await administration.clusterID()
        let isMarked = try await administration.partitions(of: marker) != nil
        let known = try await store.publishedCluster()
        guard known != cluster || !isMarked else { return false }
        let everything = known != nil
        let keys = try await store.publish(to: cluster, everything: everything)
        // Last, so that a crash before this line repeats it.
        try await administration.ensure([TopicSpecification(name: marker, partitions: 1)])
        if everything {
            logger.warning(
                "the broker lost its topics or is another one; everything is published again",
                [.cluster: .text(cluster), .count: .int(keys)])
        }
        return everything
    }
}

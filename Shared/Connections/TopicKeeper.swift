import Kafka
import Models
import Service

/// Makes sure that a service's topics exist: at start, and whenever the broker says that one is unknown, so that an
/// emptied broker heals without hands.
public struct TopicKeeper: Sendable {
    private let administration: any BrokerAdministration
    private let topics: @Sendable () async throws -> [TopicSpecification]

    /// A keeper of what `topics` lists.
    public init(
        administration: any BrokerAdministration, topics: @escaping @Sendable () async throws -> [TopicSpecification]
    ) {
        self.administration = administration
        self.topics = topics
    }

    /// Creates what is missing.
    public func ensure() async throws { try await administration.ensure(try await topics()) }

    /// Creates what is missing if that is what `error` is about. What goes wrong meanwhile is left to the next try of
    /// whoever met the error.
    public func recover(from error: any Error) async {
        guard let error = error as? KafkaError, error.kind == .unknownTopic else { return }
        try? await ensure()
    }
}

extension TopicNames {
    /// The topics that all services share.
    public func shared(partitions: Int32) -> [TopicSpecification] {
        Self.types.flatMap { type in
            [
                TopicSpecification(name: interactions(type), partitions: partitions, isCompacted: true),
                TopicSpecification(name: records(type), partitions: partitions, isCompacted: true),
                TopicSpecification(name: dead(interactions(type)), partitions: partitions),
            ]
        } + [
            TopicSpecification(name: syncFinished, partitions: partitions),
            TopicSpecification(name: alerts, partitions: 1),
        ]
    }

    /// The doorbell topics of `providers`.
    public func doorbells(of providers: [String], partitions: Int32) -> [TopicSpecification] {
        Set(providers).sorted().map { TopicSpecification(name: syncRequested(provider: $0), partitions: partitions) }
    }
}

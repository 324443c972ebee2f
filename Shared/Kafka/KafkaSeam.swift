import Models

/// Sends messages. Implementations: `KafkaProducer` (librdkafka) and `MemoryBroker`'s producer.
public protocol MessageProducer: Sendable {
    /// Sends `messages` in order and returns when the broker has acknowledged every one of them (acks=all).
    /// - Throws: `KafkaError`; which of the messages arrived is then unknown.
    func produce(_ messages: [Message]) async throws
}

/// Reads messages as a member of a consumer group. Offsets are stored only by ``commit(_:)``.
public protocol MessageConsumer: Sendable {
    /// Up to `maximum` messages, as soon as there are any; an empty array after `timeout` without one.
    /// Not calling it is the backpressure: nothing is paused, nothing is lost.
    /// - Throws: `KafkaError` when the broker cannot be reached for good, `CancellationError` after `close()`.
    func poll(maximum: Int, timeout: Duration) async throws -> [ReceivedMessage]
    /// Stores the offsets behind the last of `messages` of each partition, at the broker, before it returns.
    /// Partitions that belong to another member by now are left out silently.
    func commit(_ messages: [ReceivedMessage]) async throws
    /// Messages in the assigned partitions that have not been polled, as far as known.
    func lag() async -> Int64
    /// Leaves the group. Uncommitted messages go to another member.
    func close() async
}

/// A topic as it ought to be.
public struct TopicSpecification: Hashable, Sendable {
    /// The full name.
    public var name: String
    /// How many partitions at least.
    public var partitions: Int32
    /// Whether the broker may keep only the last value of each key.
    public var isCompacted: Bool

    /// A topic.
    public init(name: String, partitions: Int32, isCompacted: Bool = false) {
        self.name = name
        self.partitions = partitions
        self.isCompacted = isCompacted
    }
}

/// What is asked of a broker apart from messages.
public protocol BrokerAdministration: Sendable {
    /// Creates the topics that are missing and adds missing partitions; does nothing for those that fit.
    func ensure(_ topics: [TopicSpecification]) async throws
    /// The number of partitions of `topic`, or nil if there is no such topic.
    func partitions(of topic: String) async throws -> Int32?
    /// All topic names.
    func topics() async throws -> [String]
    /// The id of the cluster, which changes when a broker lost everything and started anew.
    func clusterID() async throws -> String
}

import Kafka
import Models

/// A broker that the conformance suite runs on.
public protocol BrokerUnderTest: Sendable {
    /// How long to wait for what has to happen.
    var patience: Duration { get }
    /// A producer, which the suite does not close.
    func producer() throws -> any MessageProducer
    /// A member of `group`.
    func consumer(group: String, topics: [String]) throws -> any MessageConsumer
    /// The administration.
    func administration() throws -> any BrokerAdministration
    /// Makes a topic by whatever means the broker has.
    func makeTopic(_ specification: TopicSpecification) async throws
    /// Deletes a topic; called only where the broker is able to.
    func deleteTopic(_ name: String) async throws
}

/// What not every broker can do. A check names what it needs; where a broker lacks that, the check is not in its list
/// of tests at all (it does not count as passed).
public enum BrokerAbility: String, Hashable, Sendable, CaseIterable {
    /// Topics are created on request.
    case createsTopics
    /// A topic nobody created is an error, and does not spring up by being used.
    case refusesUnknownTopics
    /// Topics are deleted on request.
    case deletesTopics
    /// Partitions can be added to a topic.
    case addsPartitions
    /// The broker says where a partition ends, so that lag is known.
    case knowsHighWatermarks
    /// Messages above a size limit are refused.
    case limitsMessageSize
}

/// What a check found wrong.
public struct ConformanceFailure: Error, CustomStringConvertible {
    /// What was expected and what was there.
    public let description: String

    /// A failure.
    public init(_ description: String) { self.description = description }
}

/// Throws unless `condition` holds.
func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(text()) }
}

import FoundationEssentials

/// A ring on a provider's topic: "there is a run to claim". It carries no state, so that a lost, late or doubled one
/// does no harm.
public struct Doorbell: Hashable, Sendable, Codable {
    /// The Integration Object's row in the database.
    public var objectID: Int64
    /// The object's public id, the message's key.
    public var object: PublicID
    /// The object's run number.
    public var run: Int64
    /// The provider, which names the topic.
    public var provider: String

    /// A ring for `run` of an object.
    public init(objectID: Int64, object: PublicID, run: Int64, provider: String) {
        self.objectID = objectID
        self.object = object
        self.run = run
        self.provider = provider
    }

    enum CodingKeys: String, CodingKey {
        case objectID = "object_id"
        case object, run, provider
    }

    /// The message that rings.
    public func message(topics: TopicNames) -> Message {
        let value =
            #"{"object_id":\#(objectID),"object":"\#(object)","run":\#(run),"provider":"\#(provider)"}"#
        return Message(
            topic: topics.syncRequested(provider: provider), key: Array(object.description.utf8)[...],
            value: Array(value.utf8)[...],
            headers: [
                MessageHeader(CloudEventHeader.specversion, "1.0"),
                MessageHeader(CloudEventHeader.id, "\(object).\(run)"),
                MessageHeader(CloudEventHeader.source, "/scheduler"),
                MessageHeader(CloudEventHeader.type, CloudEventType.syncRequested),
                MessageHeader(CloudEventHeader.contentType, "application/json"),
            ])
    }

    /// Reads a ring; nil for anything else, which is to be skipped.
    public init?(_ message: ReceivedMessage) {
        guard let value = message.value, let ring = try? JSONDecoder().decode(Doorbell.self, from: Data(value)) else {
            return nil
        }
        self = ring
    }
}

import Models

/// A rejected message on its way to `dead.<topic>` and back. It keeps all its headers and gets others that say why; its
/// `ce_type` becomes `tributary.message.rejected.v1`, and the type that it had moves to a header of its own.
public struct DeadLetter: Sendable {
    /// Names of the headers that a dead letter has besides those that it came with.
    public enum Header {
        /// Why it was rejected.
        public static let reason = "tributary_reason"
        /// When, RFC 3339.
        public static let rejectedAt = "tributary_rejected_at"
        /// The full name of the topic that it was read from.
        public static let topic = "tributary_topic"
        /// The partition there.
        public static let partition = "tributary_partition"
        /// The offset there.
        public static let offset = "tributary_offset"
        /// The `ce_type` that it had.
        public static let originalType = "tributary_type"
        static let all: Set<String> = [reason, rejectedAt, topic, partition, offset, originalType]
    }

    /// The header that marks a message that a person sent again: no page of a run vouches for it, and none needs to.
    public static let replayedHeader = "ce_replayed"

    /// Why it was rejected.
    public var reason: String
    /// When it was rejected.
    public var rejectedAt: Timestamp
    /// The full name of the topic that it was read from.
    public var topic: String
    /// The partition there.
    public var partition: Int32
    /// The offset there.
    public var offset: Int64
    /// Its key.
    public var key: ArraySlice<UInt8>?
    /// Its value.
    public var value: ArraySlice<UInt8>?
    /// The headers that it came with.
    public var headers: [MessageHeader]

    /// A rejected message.
    public init(
        reason: String, rejectedAt: Timestamp, topic: String, partition: Int32, offset: Int64, key: ArraySlice<UInt8>?,
        value: ArraySlice<UInt8>?, headers: [MessageHeader]
    ) {
        self.reason = reason
        self.rejectedAt = rejectedAt
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The message for `dead.<topic>`.
    public func message(topics: TopicNames) -> Message {
        var sent = headers.filter { $0.name != CloudEventHeader.type && !Header.all.contains($0.name) }
        sent.append(MessageHeader(CloudEventHeader.type, CloudEventType.messageRejected))
        if let type = headers.first(where: { $0.name == CloudEventHeader.type })?.value {
            sent.append(MessageHeader(Header.originalType, type))
        }
        sent += [
            MessageHeader(Header.reason, reason), MessageHeader(Header.rejectedAt, rejectedAt.description),
            MessageHeader(Header.topic, topic), MessageHeader(Header.partition, String(partition)),
            MessageHeader(Header.offset, String(offset)),
        ]
        return Message(topic: topics.dead(topic), key: key, value: value, headers: sent)
    }

    /// The message that `dead` was, to be sent to its topic again; nil if it is no dead letter.
    public static func replay(_ dead: ReceivedMessage) -> Message? {
        guard let topic = dead.header(Header.topic) else { return nil }
        var headers = dead.headers.filter {
            $0.name != CloudEventHeader.type && $0.name != replayedHeader && !Header.all.contains($0.name)
        }
        if let type = dead.header(Header.originalType) { headers.append(MessageHeader(CloudEventHeader.type, type)) }
        headers.append(MessageHeader(replayedHeader, "true"))
        return Message(topic: topic, key: dead.key, value: dead.value, headers: headers)
    }
}

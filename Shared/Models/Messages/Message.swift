/// One header of a Kafka message.
public struct MessageHeader: Hashable, Sendable {
    /// The header's name.
    public var name: String
    /// The header's value, UTF-8 in every header of our own.
    public var value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A message to be produced. Values are slices so that a record can be sent from the middle of a response body without
/// a copy in Swift.
public struct Message: Sendable {
    /// The full topic name, prefix included.
    public var topic: String
    /// The partition, or nil to let the key decide.
    public var partition: Int32?
    /// The key, which decides the partition and what compaction keeps.
    public var key: ArraySlice<UInt8>?
    /// The value; nil is a tombstone.
    public var value: ArraySlice<UInt8>?
    /// The headers, in order.
    public var headers: [MessageHeader]

    /// A message for `topic`.
    public init(
        topic: String, partition: Int32? = nil, key: ArraySlice<UInt8>?, value: ArraySlice<UInt8>?,
        headers: [MessageHeader] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A message as it came from the broker.
public struct ReceivedMessage: Sendable {
    /// The full topic name, prefix included.
    public var topic: String
    /// The partition it was read from.
    public var partition: Int32
    /// Its place in the partition.
    public var offset: Int64
    /// The broker's or producer's time.
    public var timestamp: Timestamp
    /// The key, where there is one.
    public var key: ArraySlice<UInt8>?
    /// The value; nil is a tombstone.
    public var value: ArraySlice<UInt8>?
    /// The headers, in order.
    public var headers: [MessageHeader]

    /// A message read from `topic`.
    public init(
        topic: String, partition: Int32, offset: Int64, timestamp: Timestamp, key: ArraySlice<UInt8>?,
        value: ArraySlice<UInt8>?, headers: [MessageHeader]
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The value of the first header called `name`.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

import Models

/// A record that could not be stored, with the reason, and the message as it came.
public struct RejectedRow: Sendable {
    /// Unique, so that a message that is delivered twice is rejected once.
    public var identity: String
    public var customerID: Int64?
    public var objectID: Int64?
    public var place: InteractionPlace?
    public var externalID: String?
    /// Why, for a person; never holds values of the record.
    public var reason: String
    public var message: ReceivedMessage

    public init(
        identity: String, customerID: Int64? = nil, objectID: Int64? = nil, place: InteractionPlace? = nil,
        externalID: String? = nil, reason: String, message: ReceivedMessage
    ) {
        self.identity = identity
        self.customerID = customerID
        self.objectID = objectID
        self.place = place
        self.externalID = externalID
        self.reason = reason
        self.message = message
    }

    /// The identity of a message that can be read.
    public static func identity(object: PublicID, place: InteractionPlace) -> String { "\(object)/\(place)" }

    /// The identity of a message that cannot be read. The time is part of it because offsets start anew with a broker
    /// that was emptied.
    public static func identity(of message: ReceivedMessage) -> String {
        "\(message.topic)/\(message.partition)/\(message.offset)@\(message.timestamp.microseconds)"
    }
}

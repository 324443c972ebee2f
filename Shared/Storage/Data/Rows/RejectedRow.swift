import Models

/// A message that could not be stored, with the reason.
public struct RejectedRow: Sendable {
    /// The object that it belongs to, and its place there; nil where the message does not say.
    public var source: (objectID: Int64, place: InteractionPlace)?
    /// The provider's id, as far as known.
    public var externalID: String?
    /// Why, for a person; never holds values of the record.
    public var reason: String
    /// The message as it came.
    public var message: ReceivedMessage

    /// A refusal of `message`.
    public init(
        source: (objectID: Int64, place: InteractionPlace)? = nil, externalID: String? = nil, reason: String,
        message: ReceivedMessage
    ) {
        self.source = source
        self.externalID = externalID
        self.reason = reason
        self.message = message
    }
}

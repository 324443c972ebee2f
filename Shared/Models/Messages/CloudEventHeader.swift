/// The headers of CloudEvents 1.0 in the Kafka protocol binding's binary content mode, with our extension attributes
/// (lower-case letters and digits only, as CloudEvents asks).
public enum CloudEventHeader {
    /// Always `1.0`.
    public static let specversion = "ce_specversion"
    /// Unique within the source.
    public static let id = "ce_id"
    /// Who it is about: `/customers/<id>/integrations/<id>/objects/<id>`.
    public static let source = "ce_source"
    /// What happened, with its version.
    public static let type = "ce_type"
    /// The external id.
    public static let subject = "ce_subject"
    /// The provider's modified time.
    public static let time = "ce_time"
    /// The media type of the value.
    public static let contentType = "content-type"
    /// Extension: end of the run's window.
    public static let until = "ce_until"
    /// Extension: hash of the resolved definition.
    public static let definition = "ce_definition"
    /// Extension: the Interaction Type, which matters on the topics that custom types share.
    public static let interactionType = "ce_kind"
    /// W3C trace context.
    public static let traceparent = "traceparent"
}

/// The `ce_type` of every message. A new version is a new type.
public enum CloudEventType {
    /// A record of the provider.
    public static let interactionRetrieved = "tributary.interaction.retrieved.v1"
    /// The provider says that a record is gone.
    public static let interactionDeleted = "tributary.interaction.deleted.v1"
    /// Sent to every partition to learn that all before it has been processed.
    public static let barrier = "tributary.barrier.v1"
    /// A doorbell.
    public static let syncRequested = "tributary.sync.requested.v1"
    /// A run ended.
    public static let syncFinished = "tributary.sync.finished.v1"
    /// A canonical record is new or changed.
    public static let recordChanged = "tributary.record.changed.v1"
    /// A canonical record is gone.
    public static let recordDeleted = "tributary.record.deleted.v1"
    /// A person has to do something.
    public static let alertRaised = "tributary.alert.raised.v1"
    /// What a person had to do is done, or no longer needs to be.
    public static let alertResolved = "tributary.alert.resolved.v1"
    /// A message that could not be stored.
    public static let messageRejected = "tributary.message.rejected.v1"
}

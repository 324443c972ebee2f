import Models

/// What is to be published from the data tables: the outbox, and rejected messages.
/// Implementations: `PostgresPublicationStore` and `MemoryDataStore`.
public protocol PublicationStore: Sendable {
    /// Takes a shard of the outbox that nobody else has, gives the current state of its oldest keys to `send`, and
    /// removes them when that returns. No two publishers have one key at a time, so nothing is sent older after newer.
    /// - Parameter limit: about how many keys to take; a row of up to 1,000 keys is taken whole.
    /// - Returns: the number of records sent; nil if no shard has anything.
    func publishRecords(
        limit: Int, _ send: @Sendable ([PublishedRecord]) async throws -> Void
    ) async throws -> Int?
    /// Gives the oldest rejected messages that have not been published to `send`, and notes it when that returns.
    /// - Returns: their number.
    func publishRejected(limit: Int, _ send: @Sendable ([DeadLetter]) async throws -> Void) async throws -> Int
    /// The cluster that the topics were published to, nil if they never were.
    func publishedCluster() async throws -> String?
    /// Notes that the topics are published to `cluster` from now on.
    /// - Parameter everything: puts every key into the outbox, and marks every rejected message as unpublished.
    /// - Returns: the number of keys put there.
    @discardableResult
    func publish(to cluster: String, everything: Bool) async throws -> Int
}

/// The current state of one record, as `records.*` shows it.
public struct PublishedRecord: Sendable {
    /// The type; custom types under their own name.
    public var type: InteractionType
    /// The account's or contact's id; else the external id, to which the object's public id is added.
    public var key: Key
    /// The object of its source: that of the record, or the one that describes an account or contact. Nil where the
    /// record does not exist.
    public var objectID: Int64?
    /// The external id of its source, nil where the record does not exist.
    public var externalID: String?
    /// Grows with every change.
    public var revision: Int64
    /// When it changed.
    public var changedAt: Timestamp?
    /// The canonical fields as a JSON object, or the payload of a custom record; nil for what is gone.
    public var fields: [UInt8]?

    /// What a record's message is keyed by.
    public enum Key: Hashable, Sendable {
        /// An account or contact.
        case entity(PublicID)
        /// A record of an object.
        case record(InteractionKey)
    }

    /// The state of a record.
    public init(
        type: InteractionType, key: Key, objectID: Int64?, externalID: String?, revision: Int64, changedAt: Timestamp?,
        fields: [UInt8]?
    ) {
        self.type = type
        self.key = key
        self.objectID = objectID
        self.externalID = externalID
        self.revision = revision
        self.changedAt = changedAt
        self.fields = fields
    }
}

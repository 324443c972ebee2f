import Models

/// What makes an Interaction unique.
public struct InteractionKey: Hashable, Comparable, Sendable {
    /// The Integration Object's internal id.
    public var objectID: Int64
    /// The provider's id.
    public var externalID: String

    /// The Interaction `externalID` of the object.
    public init(objectID: Int64, externalID: String) {
        self.objectID = objectID
        self.externalID = externalID
    }

    /// Orders by object, then by the bytes of the external id, as the tables' "C" collation does. Every writer takes
    /// its rows in this order, so that two processors cannot wait for each other.
    public static func < (left: InteractionKey, right: InteractionKey) -> Bool {
        left.objectID != right.objectID
            ? left.objectID < right.objectID
            : left.externalID.utf8.lexicographicallyPrecedes(right.externalID.utf8)
    }
}

/// One Interaction as it is to be stored.
public struct InteractionRow: Sendable {
    /// Which Interaction it is.
    public var key: InteractionKey
    /// The customer's internal id.
    public var customerID: Int64
    /// Decides whether it is newer than what is stored.
    public var version: StoredVersion
    /// The run that saw it; differs from the version's where no page vouches for it.
    public var run: Int64
    /// The provider's modified time.
    public var modifiedAt: Timestamp?
    /// When it was deleted, nil where it exists.
    public var deletedAt: Timestamp?
    /// 128 bits over the payload and whether it is deleted.
    public var contentHash: PublicID
    /// Hash of the definition that says how to map it.
    public var definition: String
    /// The provider's record; nil keeps the stored one (a deletion that tells the id alone).
    public var payload: ArraySlice<UInt8>?

    /// A value with these parts.
    public init(
        key: InteractionKey, customerID: Int64, version: StoredVersion, run: Int64, modifiedAt: Timestamp?,
        deletedAt: Timestamp?, contentHash: PublicID, definition: String, payload: ArraySlice<UInt8>?
    ) {
        self.key = key
        self.customerID = customerID
        self.version = version
        self.run = run
        self.modifiedAt = modifiedAt
        self.deletedAt = deletedAt
        self.contentHash = contentHash
        self.definition = definition
        self.payload = payload
    }
}

/// The version of a stored Interaction, with what the comparison needs besides it.
public struct StoredVersion: Hashable, Sendable {
    /// The version.
    public var version: InteractionVersion
    /// A sweep of ids said that it is gone, which tells nothing about the provider's modified time.
    public var isSwept: Bool

    /// A value with these parts.
    public init(_ version: InteractionVersion, isSwept: Bool) {
        self.version = version
        self.isSwept = isSwept
    }

    /// Whether this is newer than `other`: by modified time first, or by run alone where a side comes from a sweep.
    public func isNewer(than other: StoredVersion) -> Bool {
        if isSwept || other.isSwept {
            let (mine, its) = (version, other.version)
            return (mine.run, mine.attempt, mine.page, mine.index) > (its.run, its.attempt, its.page, its.index)
        }
        return version > other.version
    }

    /// The version of a message that no page vouches for (the run is closed, its page was fetched again by a later
    /// attempt, or it was never declared). Whatever it says has been stored or will be fetched again, so it competes
    /// with the provider's time alone and loses every tie. Without this, a retriever that wakes up after its lease
    /// could bring back a state that the provider has left: an unchanged record costs no write, so the stored version
    /// may be older than the last sight of it.
    public static func unvouched(modifiedAt: Timestamp?, until: Timestamp, isSwept: Bool) -> StoredVersion {
        let modified = modifiedAt.map { min($0, until) } ?? beforeAll
        return StoredVersion(
            InteractionVersion(modifiedAt: modified, until: modified, run: 0, attempt: 0, page: 0, index: 0),
            isSwept: isSwept)
    }

    private static let beforeAll = Timestamp(seconds: -62_135_596_800)  // 0001-01-01
}

/// What the upsert of an Interaction did.
public enum UpsertOutcome: Hashable, Sendable {
    /// There was none.
    case inserted
    /// It replaced an older version.
    case updated
    /// The stored row has the same content, or is newer.
    case unchanged
}

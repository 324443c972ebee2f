import Models

/// The tables of the data group: Interactions, what they mean, and what is to be published.
/// Implementations: `PostgresDataStore` and `MemoryDataStore`; one conformance suite runs over both.
public protocol DataStore: Sendable {
    /// Runs `body` in one transaction: everything is stored when it returns, nothing when it throws.
    func transaction<Value: Sendable>(
        _ body: @Sendable (any DataSession) async throws -> Value
    ) async throws -> Value
    /// The Integration Objects with these public ids; those that there are not are missing.
    func objects(_ ids: [PublicID]) async throws -> [StoredObject]
    /// The Integration Objects with these internal ids.
    func objects(internalIDs: [Int64]) async throws -> [StoredObject]
    /// The body of the definition with this hash, or nil if there is none.
    func definition(_ hash: String) async throws -> [UInt8]?
}

/// An Integration Object as the processor knows it.
public struct StoredObject: Hashable, Sendable {
    /// The internal id.
    public var id: Int64
    /// Whose it is, in public ids.
    public var source: ObjectSource
    /// The customer's internal id.
    public var customerID: Int64
    /// The integration's internal id.
    public var integrationID: Int64
    /// The provider.
    public var provider: String
    /// The type of its Interactions.
    public var type: InteractionType

    /// An object.
    public init(
        id: Int64, source: ObjectSource, customerID: Int64, integrationID: Int64, provider: String,
        type: InteractionType
    ) {
        self.id = id
        self.source = source
        self.customerID = customerID
        self.integrationID = integrationID
        self.provider = provider
        self.type = type
    }
}

/// A lock on one customer's accounts or contacts, held until the transaction ends.
///
/// Whoever creates one, or an identity of one, holds it exclusively; whoever stores a reference that found nothing
/// holds it shared. So no two transactions create the same company, and no reference is stored while its target is
/// being created unseen.
public struct EntityLock: Hashable, Comparable, Sendable {
    /// What is locked.
    public var role: EntityRole
    /// Whose.
    public var customerID: Int64
    /// Whether nobody else may hold it at all.
    public var isExclusive: Bool

    /// A lock.
    public init(role: EntityRole, customerID: Int64, isExclusive: Bool) {
        self.role = role
        self.customerID = customerID
        self.isExclusive = isExclusive
    }

    /// The order in which locks are taken.
    public static func < (left: EntityLock, right: EntityLock) -> Bool {
        left.role != right.role ? left.role < right.role : left.customerID < right.customerID
    }
}

/// What a transaction of the data tables can do. Rows are given in key order where two transactions could meet.
public protocol DataSession: Sendable {
    // Storing

    /// The declared pages among `keys`.
    func declaredPages(_ keys: [PageKey]) async throws -> [DeclaredPage]
    /// Stores the rows that are newer than what is there and differ from it. Keys are unique and in order.
    /// - Returns: one outcome per row.
    func upsert(_ interactions: [InteractionRow], now: Timestamp) async throws -> [UpsertOutcome]
    /// Waits for the locks, in order.
    func lock(_ locks: [EntityLock]) async throws
    /// Notes what became of the records of pages, in key order.
    /// - Returns: the number of pages that are still declared by that attempt.
    func note(_ receipts: [PageReceipt]) async throws -> Int
    /// Notes that `partition` has been processed up to these barriers.
    func passBarriers(_ ids: [Int64], partitions: [Int32]) async throws
    /// Keeps messages that could not be stored. Those that are kept already stay as they are.
    func reject(_ rows: [RejectedRow]) async throws
    /// Asks for publication.
    func enqueue(_ entries: [OutboxEntry]) async throws

    // Matching

    /// The matches of Interactions that these references name.
    func matches(_ role: EntityRole, _ references: [ExternalReference]) async throws -> [StoredMatch]
    /// The accounts and contacts that have these identities.
    func identities(_ keys: [IdentityKey]) async throws -> [StoredIdentity]
    /// Adds matches.
    func insert(_ matches: [MatchRow]) async throws
    /// Notes that sources exist again, or no more.
    func setLive(_ isLive: Bool, _ sources: [SourceKey]) async throws
    /// Adds identities that nobody has. The caller has looked for them under the exclusive lock of their role.
    func insert(_ identities: [StoredIdentity]) async throws
    /// Notes the domains of the accounts that have these names and had no domain so far.
    func setDomains(_ names: [StoredIdentity]) async throws

    // Typed tables

    /// Writes accounts or contacts whose source is not older than the one that describes them now.
    /// - Returns: the ids of those that were written.
    func upsert(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) async throws -> [PublicID]
    /// Writes deals, tickets or tasks.
    func upsert(_ type: InteractionType, _ rows: [TypedRow], now: Timestamp) async throws
    /// Marks deals, tickets or tasks as deleted.
    /// - Returns: those that there were.
    func delete(_ type: InteractionType, _ keys: [InteractionKey], now: Timestamp) async throws -> [InteractionKey]
    /// Of the accounts or contacts `ids`, locked from here on: those that are described by one of `sources`.
    func described(_ role: EntityRole, _ ids: [PublicID], by sources: [InteractionKey]) async throws -> [PublicID]
    /// The live sources of accounts or contacts, with what is stored of them.
    func sources(_ role: EntityRole, of ids: [PublicID]) async throws -> [EntitySource]
    /// Writes accounts or contacts whatever describes them now.
    func replace(_ role: EntityRole, _ rows: [EntityRow], now: Timestamp) async throws
    /// Marks accounts or contacts as deleted.
    func delete(_ role: EntityRole, _ ids: [PublicID], now: Timestamp) async throws
    /// Takes the next part of an object that is to be mapped again, locked until the transaction ends, and notes the
    /// new definition and the progress. Nil if nothing is asked for, or others have it all.
    func takeRemapping(limit: Int) async throws -> RemappingPart?
    /// Links the records that wait for these targets.
    /// - Returns: the keys of what was linked.
    func linkAwaiting(_ targets: [LinkTarget], now: Timestamp) async throws -> [OutboxEntry]
}

/// A source of an account or contact with its stored Interaction.
public struct EntitySource: Sendable {
    /// The account or contact.
    public var entity: PublicID
    /// Where it comes from, with its precedence.
    public var source: SourcePrecedence
    /// Hash of the definition to map it with.
    public var definition: String
    /// The record.
    public var payload: [UInt8]

    /// A source.
    public init(entity: PublicID, source: SourcePrecedence, definition: String, payload: [UInt8]) {
        self.entity = entity
        self.source = source
        self.definition = definition
        self.payload = payload
    }
}

/// An account or contact that records may be waiting for, under one of its names.
public struct LinkTarget: Hashable, Sendable {
    /// What a waiting record calls it.
    public enum Name: Hashable, Sendable {
        /// The external id, in records of the same integration.
        case external(ExternalReference)
        /// The domain or e-mail address, in records of the same customer.
        case identity(customerID: Int64, value: String)
    }

    /// What it is.
    public var role: EntityRole
    /// What it is called.
    public var name: Name
    /// Its id.
    public var entity: PublicID

    /// A target.
    public init(role: EntityRole, name: Name, entity: PublicID) {
        self.role = role
        self.name = name
        self.entity = entity
    }
}

/// A part of an object's Interactions that is to be mapped again.
public struct RemappingPart: Sendable {
    /// The object.
    public var objectID: Int64
    /// Hash of the definition to map with.
    public var definition: String
    /// The Interactions that exist, in key order; empty when the object is done.
    public var interactions: [StoredPayload]

    /// A stored record.
    public struct StoredPayload: Sendable {
        /// The provider's id.
        public var externalID: String
        /// When it was modified, as versions compare it.
        public var modified: Timestamp
        /// The record.
        public var payload: [UInt8]

        /// A record.
        public init(externalID: String, modified: Timestamp, payload: [UInt8]) {
            self.externalID = externalID
            self.modified = modified
            self.payload = payload
        }
    }

    /// A part of the object `objectID`.
    public init(objectID: Int64, definition: String, interactions: [StoredPayload]) {
        self.objectID = objectID
        self.definition = definition
        self.interactions = interactions
    }
}

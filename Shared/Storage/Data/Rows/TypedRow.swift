import Models

/// Which of the sources of an account or contact was modified last.
public struct SourcePrecedence: Hashable, Comparable, Sendable {
    public var modified: Timestamp
    public var interaction: InteractionKey

    public init(modified: Timestamp, interaction: InteractionKey) {
        self.modified = modified
        self.interaction = interaction
    }

    /// By modified time, then object id, then external id: the same answer in whatever order the sources arrive.
    public static func < (left: SourcePrecedence, right: SourcePrecedence) -> Bool {
        left.modified != right.modified ? left.modified < right.modified : left.interaction < right.interaction
    }
}

/// A link to an account or contact, with what it was made from.
public struct RecordLink: Hashable, Sendable {
    /// What the record says.
    public var reference: RecordReference
    /// What that is, as far as known.
    public var entity: PublicID?
    /// Why it is that one.
    public var rule: MatchRule?

    public init(reference: RecordReference, entity: PublicID? = nil, rule: MatchRule? = nil) {
        self.reference = reference
        self.entity = entity
        self.rule = rule
    }
}

/// An account or contact as one of its sources describes it.
public struct EntityRow: Hashable, Sendable {
    public var id: PublicID
    public var customerID: Int64
    public var integrationID: Int64
    public var source: SourcePrecedence
    public var record: MappedRecord
    /// A contact's account.
    public var account: RecordLink?
    /// Whether it is known that there is none yet, which is cheaper to write.
    public var isNew: Bool

    public init(
        id: PublicID, customerID: Int64, integrationID: Int64, source: SourcePrecedence, record: MappedRecord,
        account: RecordLink? = nil, isNew: Bool = false
    ) {
        self.id = id
        self.isNew = isNew
        self.customerID = customerID
        self.integrationID = integrationID
        self.source = source
        self.record = record
        self.account = account
    }
}

/// A deal, ticket or task.
public struct TypedRow: Hashable, Sendable {
    public var key: InteractionKey
    public var customerID: Int64
    public var integrationID: Int64
    public var record: MappedRecord
    public var account: RecordLink?
    public var contact: RecordLink?
    /// Whether it is known that there is none yet, which is cheaper to write.
    public var isNew: Bool

    public init(
        key: InteractionKey, customerID: Int64, integrationID: Int64, record: MappedRecord, account: RecordLink?,
        contact: RecordLink?, isNew: Bool = false
    ) {
        self.isNew = isNew
        self.key = key
        self.customerID = customerID
        self.integrationID = integrationID
        self.record = record
        self.account = account
        self.contact = contact
    }
}

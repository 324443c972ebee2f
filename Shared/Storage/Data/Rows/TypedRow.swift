import Models

/// Which of the sources of an account or contact was modified last.
public struct SourcePrecedence: Hashable, Comparable, Sendable {
    /// When the source was modified.
    public var modified: Timestamp
    /// The Interaction.
    public var interaction: InteractionKey

    /// A value with these parts.
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

    /// A value with these parts.
    public init(reference: RecordReference, entity: PublicID? = nil, rule: MatchRule? = nil) {
        self.reference = reference
        self.entity = entity
        self.rule = rule
    }
}

/// An account or contact as one of its sources describes it.
public struct EntityRow: Hashable, Sendable {
    /// Its id.
    public var id: PublicID
    /// The customer's internal id.
    public var customerID: Int64
    /// The integration's internal id.
    public var integrationID: Int64
    /// The source that describes it, with its precedence.
    public var source: SourcePrecedence
    /// Its fields.
    public var record: MappedRecord
    /// A contact's account.
    public var account: RecordLink?
    /// Whether it is known that there is none yet, which is cheaper to write.
    public var isNew: Bool

    /// A value with these parts.
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
    /// Which Interaction it is.
    public var key: InteractionKey
    /// The customer's internal id.
    public var customerID: Int64
    /// The integration's internal id.
    public var integrationID: Int64
    /// Its fields.
    public var record: MappedRecord
    /// The link to an account.
    public var account: RecordLink?
    /// The link to a contact.
    public var contact: RecordLink?
    /// Whether it is known that there is none yet, which is cheaper to write.
    public var isNew: Bool

    /// A value with these parts.
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

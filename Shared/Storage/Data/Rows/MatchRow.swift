import Models

/// A source of an account or contact: one role of one Interaction.
public struct SourceKey: Hashable, Sendable {
    /// The integration's internal id.
    public var integrationID: Int64
    /// What it is.
    public var role: EntityRole
    /// The Interaction.
    public var interaction: InteractionKey

    /// A value with these parts.
    public init(integrationID: Int64, role: EntityRole, interaction: InteractionKey) {
        self.integrationID = integrationID
        self.role = role
        self.interaction = interaction
    }
}

/// Which account or contact an Interaction is, and why.
public struct MatchRow: Hashable, Sendable {
    /// The role of an Interaction.
    public var source: SourceKey
    /// The customer's internal id.
    public var customerID: Int64
    /// The account or contact.
    public var entity: PublicID
    /// Why it is that one.
    public var rule: MatchRule
    /// What matched: a domain, a name or an e-mail address.
    public var evidence: String?

    /// A value with these parts.
    public init(source: SourceKey, customerID: Int64, entity: PublicID, rule: MatchRule, evidence: String?) {
        self.source = source
        self.customerID = customerID
        self.entity = entity
        self.rule = rule
        self.evidence = evidence
    }
}

/// What an Interaction of one integration is called by another: by its external id.
public struct ExternalReference: Hashable, Sendable {
    /// The integration's internal id.
    public var integrationID: Int64
    /// The provider's id.
    public var externalID: String

    /// A value with these parts.
    public init(integrationID: Int64, externalID: String) {
        self.integrationID = integrationID
        self.externalID = externalID
    }
}

/// A match that is stored.
public struct StoredMatch: Hashable, Sendable {
    /// What the Interaction is called.
    public var reference: ExternalReference
    /// The Integration Object's internal id.
    public var objectID: Int64
    /// The account or contact.
    public var entity: PublicID
    /// Whether the Interaction exists and yields the role.
    public var isLive: Bool

    /// A value with these parts.
    public init(reference: ExternalReference, objectID: Int64, entity: PublicID, isLive: Bool) {
        self.reference = reference
        self.objectID = objectID
        self.entity = entity
        self.isLive = isLive
    }
}

/// A value that only one account or contact of a customer can have.
public struct IdentityKey: Hashable, Comparable, Sendable {
    /// The customer's internal id.
    public var customerID: Int64
    /// What kind of value it is.
    public var kind: IdentityKind
    /// The value, normalised.
    public var value: String

    /// A value with these parts.
    public init(customerID: Int64, kind: IdentityKind, value: String) {
        self.customerID = customerID
        self.kind = kind
        self.value = value
    }

    /// Orders by the parts, the first one first.
    public static func < (left: IdentityKey, right: IdentityKey) -> Bool {
        if left.customerID != right.customerID { return left.customerID < right.customerID }
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        return left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
    }
}

/// An identity that is stored.
public struct StoredIdentity: Hashable, Sendable {
    /// The identity.
    public var key: IdentityKey
    /// The account or contact.
    public var entity: PublicID
    /// Of a `name`: the domain of the account that has it, once it has one; nil for others.
    public var domain: String?

    /// A value with these parts.
    public init(key: IdentityKey, entity: PublicID, domain: String? = nil) {
        self.key = key
        self.entity = entity
        self.domain = domain
    }
}

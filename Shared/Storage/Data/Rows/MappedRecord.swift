import Models

/// What a record of a provider means: one canonical record. A provider's record may yield several.
public struct MappedRecord: Hashable, Sendable {
    /// One of the canonical types.
    public var type: InteractionType
    /// The values of `CanonicalColumn.columns(of: type)`, in that order.
    public var values: [CanonicalValue?]
    /// Whose it is: the account, as the record names it.
    public var account: RecordReference?
    /// Who it is about: the contact, as the record names it.
    public var contact: RecordReference?

    /// A record of `type`.
    public init(
        type: InteractionType, values: [CanonicalValue?], account: RecordReference? = nil,
        contact: RecordReference? = nil
    ) {
        self.type = type
        self.values = values
        self.account = account
        self.contact = contact
    }

    /// The text of the field called `name`.
    public func text(_ name: String) -> String? {
        for (column, value) in zip(CanonicalColumn.columns(of: type), values) where column.name == name {
            if case .text(let text) = value { return text }
        }
        return nil
    }

    /// The texts of the field called `name`.
    public func texts(_ name: String) -> [String] {
        for (column, value) in zip(CanonicalColumn.columns(of: type), values) where column.name == name {
            if case .texts(let texts) = value { return texts }
        }
        return []
    }

    /// The account or contact that the record is, or nil for what is neither.
    public var role: EntityRole? { EntityRole(type) }
}

/// How a record names an account or a contact that it belongs to.
public struct RecordReference: Hashable, Sendable {
    /// The provider's id of it, in the same integration.
    public var externalID: String?
    /// An account's domain or a contact's e-mail address, normalised.
    public var identity: String?

    /// A reference by external id, by domain or e-mail address, or by both, where the id goes first.
    public init(externalID: String?, identity: String? = nil) {
        self.externalID = externalID
        self.identity = identity
    }
}

/// What an Interaction is matched to. The order is the order in which locks are taken.
public enum EntityRole: String, Hashable, Sendable, CaseIterable, Comparable {
    case contact, account

    /// The role of records of `type`.
    public init?(_ type: InteractionType) {
        switch type {
        case .accounts: self = .account
        case .contacts: self = .contact
        default: return nil
        }
    }

    /// The type of its typed table.
    public var type: InteractionType { self == .account ? .accounts : .contacts }

    /// The kind of identity that a reference names it by.
    public var referenceKind: IdentityKind { self == .account ? .domain : .email }

    /// Contacts before accounts: a batch of contacts locks contacts and then the accounts that they refer to.
    public static func < (left: EntityRole, right: EntityRole) -> Bool { left == .contact && right == .account }
}

/// What tells that two records are one company or person.
public enum IdentityKind: String, Hashable, Sendable, CaseIterable {
    case domain, name, email
}

/// Why a record was matched, or a link made.
public enum MatchRule: String, Hashable, Sendable, CaseIterable {
    case externalID = "external_id"
    case sameRecord = "same_record"
    case domain, email, name, created
}

import Models

/// A field of the canonical types, which is a column of their typed table and a member of their published record.
/// Links to accounts and contacts are no columns of this kind: see `RecordLink`. A test holds the list against the
/// catalog's canonical fields.
public struct CanonicalColumn: Hashable, Sendable {
    /// What the column holds.
    public enum Kind: Hashable, Sendable {
        case text
        /// A number of any size and precision, in decimal digits.
        case decimal
        /// An amount, in decimal digits; published as text, so that no reader rounds it.
        case money
        case timestamp
        /// Several texts, in a column of type `json`.
        case texts
    }

    /// The name in the table, in the published record and in a definition's `map`.
    public let name: String
    /// What it holds.
    public let kind: Kind

    init(_ name: String, _ kind: Kind = .text) {
        self.name = name
        self.kind = kind
    }

    /// The fields of `type`, in the order in which ``MappedRecord/values`` holds them. Custom types have none.
    public static func columns(of type: InteractionType) -> [CanonicalColumn] {
        switch type {
        case .accounts: accounts
        case .contacts: contacts
        case .deals: deals
        case .tickets: tickets
        case .tasks: tasks
        case .custom: []
        }
    }

    private static let accounts: [CanonicalColumn] = [
        .init("name"), .init("domain"), .init("domains", .texts), .init("website"), .init("email"),
        .init("phone"), .init("industry"), .init("employees", .decimal), .init("annual_revenue", .money),
        .init("currency"), .init("country"), .init("city"), .init("owner"), .init("parent_external_id"),
        .init("created_at", .timestamp), .init("updated_at", .timestamp),
    ]
    private static let contacts: [CanonicalColumn] = [
        .init("name"), .init("first_name"), .init("last_name"), .init("email"), .init("emails", .texts),
        .init("phone"), .init("title"), .init("country"), .init("city"), .init("owner"),
        .init("created_at", .timestamp), .init("updated_at", .timestamp),
    ]
    private static let deals: [CanonicalColumn] = [
        .init("title"), .init("amount", .money), .init("currency"), .init("stage"), .init("status"),
        .init("probability", .decimal), .init("owner"), .init("created_at", .timestamp),
        .init("updated_at", .timestamp), .init("closes_at", .timestamp), .init("closed_at", .timestamp),
    ]
    private static let tickets: [CanonicalColumn] = [
        .init("title"), .init("status"), .init("priority"), .init("channel"), .init("assignee"),
        .init("tags", .texts), .init("opened_at", .timestamp), .init("updated_at", .timestamp),
        .init("closed_at", .timestamp),
    ]
    private static let tasks: [CanonicalColumn] = [
        .init("title"), .init("status"), .init("priority"), .init("assignee"), .init("deal_external_id"),
        .init("created_at", .timestamp), .init("due_at", .timestamp), .init("completed_at", .timestamp),
    ]
}

/// The value of a canonical field.
public enum CanonicalValue: Hashable, Sendable {
    case text(String)
    /// Decimal digits as the provider wrote them.
    case decimal(String)
    case timestamp(Timestamp)
    case texts([String])
}

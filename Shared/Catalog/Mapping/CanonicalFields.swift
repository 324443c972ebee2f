import Models

/// What kind of value a canonical field holds.
public enum CanonicalKind: Sendable, Hashable {
    /// A text, trimmed; empty is nothing.
    case text
    /// A whole number or a fraction.
    case number
    /// An amount as decimal text, exactly as the provider wrote it: `19.99`.
    case money
    /// A point in time.
    case timestamp
    /// True or false.
    case bool
    /// Several texts.
    case texts
    /// Another record, by its external id within the same integration or by a domain or an e-mail address.
    case reference
    /// One of these texts.
    case choice([String])
    /// Any scalar: the fields of custom types.
    case any
}

/// A field of a canonical record.
public struct CanonicalField: Sendable, Hashable {
    /// The name, in `map`, in `records.*` and in the typed table's column.
    public let name: String
    /// What it holds.
    public let kind: CanonicalKind
    /// The form that its texts are brought into, so that records of different providers can be matched.
    public let form: CanonicalForm

    init(_ name: String, _ kind: CanonicalKind, _ form: CanonicalForm = .asWritten) {
        self.name = name
        self.kind = kind
        self.form = form
    }
}

/// The form that a field's texts are brought into.
public enum CanonicalForm: Sendable, Hashable {
    /// Trimmed, else as the provider wrote it.
    case asWritten
    /// The host of a domain, URL or e-mail address, lower case, without `www.`.
    case domain
    /// An e-mail address in lower case.
    case email
    /// In upper case: codes of currencies.
    case upperCase
}

/// The fields of a type, in their fixed order.
public struct CanonicalSchema: Sendable, Hashable {
    /// The type.
    public let type: InteractionType
    /// The fields; a record's values stand in this order.
    public let fields: [CanonicalField]

    init(_ type: InteractionType, _ fields: [CanonicalField]) {
        self.type = type
        self.fields = fields
    }

    /// The place of the field called `name`.
    public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

    /// The schema of a canonical type; nil for custom types, whose fields the definition declares.
    public static func of(_ type: InteractionType) -> CanonicalSchema? {
        switch type {
        case .accounts: accounts
        case .contacts: contacts
        case .deals: deals
        case .tickets: tickets
        case .tasks: tasks
        case .custom: nil
        }
    }

    /// Companies.
    public static let accounts = CanonicalSchema(
        .accounts,
        [
            CanonicalField("name", .text), CanonicalField("domain", .text, .domain),
            CanonicalField("domains", .texts, .domain),
            CanonicalField("website", .text), CanonicalField("email", .text, .email), CanonicalField("phone", .text),
            CanonicalField("industry", .text), CanonicalField("employees", .number),
            CanonicalField("annual_revenue", .money), CanonicalField("currency", .text, .upperCase),
            CanonicalField("country", .text), CanonicalField("city", .text), CanonicalField("owner", .text),
            CanonicalField("parent", .reference), CanonicalField("created_at", .timestamp),
            CanonicalField("updated_at", .timestamp),
        ])

    /// People.
    public static let contacts = CanonicalSchema(
        .contacts,
        [
            CanonicalField("name", .text), CanonicalField("first_name", .text), CanonicalField("last_name", .text),
            CanonicalField("email", .text, .email), CanonicalField("emails", .texts, .email),
            CanonicalField("phone", .text),
            CanonicalField("title", .text), CanonicalField("country", .text), CanonicalField("city", .text),
            CanonicalField("owner", .text), CanonicalField("account", .reference),
            CanonicalField("created_at", .timestamp), CanonicalField("updated_at", .timestamp),
        ])

    /// Opportunities, charges, invoices.
    public static let deals = CanonicalSchema(
        .deals,
        [
            CanonicalField("title", .text), CanonicalField("amount", .money),
            CanonicalField("currency", .text, .upperCase),
            CanonicalField("stage", .text), CanonicalField("status", .choice(["open", "won", "lost"])),
            CanonicalField("probability", .number), CanonicalField("owner", .text),
            CanonicalField("account", .reference), CanonicalField("contact", .reference),
            CanonicalField("created_at", .timestamp), CanonicalField("updated_at", .timestamp),
            CanonicalField("closes_at", .timestamp), CanonicalField("closed_at", .timestamp),
        ])

    /// Requests for help.
    public static let tickets = CanonicalSchema(
        .tickets,
        [
            CanonicalField("title", .text), CanonicalField("status", .text), CanonicalField("priority", .text),
            CanonicalField("channel", .text), CanonicalField("assignee", .text), CanonicalField("tags", .texts),
            CanonicalField("contact", .reference), CanonicalField("account", .reference),
            CanonicalField("opened_at", .timestamp), CanonicalField("updated_at", .timestamp),
            CanonicalField("closed_at", .timestamp),
        ])

    /// Things to do.
    public static let tasks = CanonicalSchema(
        .tasks,
        [
            CanonicalField("title", .text), CanonicalField("status", .text), CanonicalField("priority", .text),
            CanonicalField("assignee", .text), CanonicalField("contact", .reference),
            CanonicalField("account", .reference), CanonicalField("deal", .reference),
            CanonicalField("created_at", .timestamp), CanonicalField("due_at", .timestamp),
            CanonicalField("completed_at", .timestamp),
        ])
}

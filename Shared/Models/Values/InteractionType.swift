/// What kind of thing a record is. The five canonical types have typed tables; a custom type is stored with its payload.
public enum InteractionType: Hashable, Sendable {
    case accounts, contacts, deals, tickets, tasks
    /// A type that a definition names itself.
    case custom(String)

    /// The five canonical types.
    public static let canonical: [InteractionType] = [.accounts, .contacts, .deals, .tickets, .tasks]

    /// The type called `name`; every name that is not canonical is a custom type.
    public init(_ name: String) {
        self = Self.canonical.first { $0.name == name } ?? .custom(name)
    }

    /// The name as definitions and tables write it.
    public var name: String {
        switch self {
        case .accounts: "accounts"
        case .contacts: "contacts"
        case .deals: "deals"
        case .tickets: "tickets"
        case .tasks: "tasks"
        case .custom(let name): name
        }
    }

    /// The last part of the topic names: custom types share one topic.
    public var topicSuffix: String {
        if case .custom = self { "custom" } else { name }
    }
}

import Models

/// Keys whose current state is to be published: all of one type, customer and, unless they are accounts or contacts,
/// object.
public struct OutboxEntry: Hashable, Sendable {
    /// What the keys are.
    public enum Keys: Hashable, Sendable {
        /// Accounts or contacts.
        case entities([PublicID])
        /// Records of one object.
        case records(objectID: Int64, externalIDs: [String])
    }

    /// The type; every custom type is `.custom("")`.
    public var type: InteractionType
    /// The customer's internal id.
    public var customerID: Int64
    /// What changed.
    public var keys: Keys

    /// A value with these parts.
    public init(type: InteractionType, customerID: Int64, keys: Keys) {
        self.type = type
        self.customerID = customerID
        self.keys = keys
    }

    /// The number of shards, as migration 0002 makes them. A customer's keys are all in one.
    public static let shards: Int64 = 16

    /// The shard whose owner publishes it.
    public var shard: Int64 { ((customerID % Self.shards) + Self.shards) % Self.shards }
}

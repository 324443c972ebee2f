import Models
import Processor
import Storage

/// Data tables with the objects of ``TestObjects`` in them, and a view of what is stored.
public protocol DataStoreFixture: Sendable {
    /// The tables.
    var store: any DataStore { get }
    /// The outbox of the same tables.
    var publications: any PublicationStore { get }
    /// Declares a page, or opens it anew for another attempt.
    func declare(_ page: DeclaredPage) async throws
    /// Notes that a barrier was sent to a partition.
    func sendBarrier(_ id: Int64, partition: Int32) async throws
    /// Closes the run: its page rows go.
    func forgetPages() async throws
    /// Asks for an object to be mapped again.
    func requestRemapping(objectID: Int64, definition: String) async throws
    /// The receipts of a page.
    func page(_ key: PageKey) async throws -> PageFacts?
    /// The accounts or contacts.
    func entities(_ role: EntityRole) async throws -> [EntityFacts]
    /// The deals, tickets or tasks.
    func records(_ type: InteractionType) async throws -> [RecordFacts]
    /// The matches.
    func matches() async throws -> [MatchFacts]
    /// The barriers that have been passed, as `id/partition`.
    func passedBarriers() async throws -> Set<String>
}

/// The receipts of a page.
public struct PageFacts: Equatable, Sendable {
    /// Its bits.
    public var bits: String
    /// Records by what became of them.
    public var stored: Int, unchanged: Int, rejected: Int

    /// Receipts.
    public init(bits: String, stored: Int, unchanged: Int, rejected: Int) {
        self.bits = bits
        self.stored = stored
        self.unchanged = unchanged
        self.rejected = rejected
    }
}

/// An account or contact.
public struct EntityFacts: Equatable, Sendable {
    /// Its id.
    public var id: PublicID
    /// Its name.
    public var name: String?
    /// The external id of the source that describes it.
    public var source: String
    /// Whether it is gone.
    public var isDeleted: Bool
    /// How often it changed.
    public var revision: Int64
    /// A contact's account, with the reason.
    public var account: PublicID?, accountRule: String?

    /// Facts.
    public init(
        id: PublicID, name: String?, source: String, isDeleted: Bool, revision: Int64, account: PublicID?,
        accountRule: String?
    ) {
        self.id = id
        self.name = name
        self.source = source
        self.isDeleted = isDeleted
        self.revision = revision
        self.account = account
        self.accountRule = accountRule
    }
}

/// A deal, ticket or task.
public struct RecordFacts: Equatable, Sendable {
    /// Which one.
    public var key: InteractionKey
    /// Its title.
    public var title: String?
    /// Whether it is gone.
    public var isDeleted: Bool
    /// Its links.
    public var account: PublicID?, contact: PublicID?

    /// Facts.
    public init(key: InteractionKey, title: String?, isDeleted: Bool, account: PublicID?, contact: PublicID?) {
        self.key = key
        self.title = title
        self.isDeleted = isDeleted
        self.account = account
        self.contact = contact
    }
}

/// A match.
public struct MatchFacts: Equatable, Sendable {
    /// The role.
    public var role: EntityRole
    /// The source.
    public var interaction: InteractionKey
    /// What it is.
    public var entity: PublicID
    /// Why, with what matched.
    public var rule: String, evidence: String?

    /// Facts.
    public init(role: EntityRole, interaction: InteractionKey, entity: PublicID, rule: String, evidence: String?) {
        self.role = role
        self.interaction = interaction
        self.entity = entity
        self.rule = rule
        self.evidence = evidence
    }
}

/// The objects that every fixture has: two integrations of one customer, and one of another customer.
public enum TestObjects {
    /// Objects by internal id, from 1: accounts, contacts, deals, "customers" (accounts and contacts at once), and a
    /// custom type of integration 1; accounts and contacts of integration 2; accounts of the other customer.
    public static let all: [StoredObject] = [
        object(1, customer: 1, integration: 1, .accounts), object(2, customer: 1, integration: 1, .contacts),
        object(3, customer: 1, integration: 1, .deals), object(4, customer: 1, integration: 1, .accounts),
        object(5, customer: 1, integration: 1, .custom("bookings")), object(6, customer: 1, integration: 2, .accounts),
        object(7, customer: 1, integration: 2, .contacts), object(8, customer: 2, integration: 3, .accounts),
    ]

    /// The definitions, whose bodies name the types that ``TestMappingReader`` maps to.
    public static let definitions: [String: [UInt8]] = [
        "accounts": Array("\"accounts\"".utf8), "contacts": Array("\"contacts\"".utf8),
        "deals": Array("\"deals\"".utf8),
        "customers": Array("\"accounts contacts\"".utf8), "custom": Array("\"\"".utf8),
    ]

    private static func object(
        _ id: Int64, customer: UInt64, integration: UInt64, _ type: InteractionType
    ) -> StoredObject {
        StoredObject(
            id: id,
            source: ObjectSource(
                customer: PublicID(high: 1, low: customer), integration: PublicID(high: 2, low: integration),
                object: PublicID(high: 3, low: UInt64(id))),
            customerID: Int64(customer), integrationID: Int64(integration), provider: "test", type: type)
    }
}

/// A rule that every store keeps. Its name is the rule.
public struct DataStoreCheck: Sendable, CustomStringConvertible {
    /// The rule.
    public let description: String
    /// Throws where the rule is broken.
    public let run: @Sendable (any DataStoreFixture) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any DataStoreFixture) async throws -> Void) {
        self.description = description
        self.run = run
    }
}

/// A rule is broken.
public struct BrokenRule: Error, CustomStringConvertible {
    /// What is and what ought to be.
    public let description: String
}

func expect<Value: Equatable>(_ value: Value, _ wanted: Value, _ what: String = "it", line: Int = #line) throws {
    guard value == wanted else {
        throw BrokenRule(description: "line \(line): \(what) ought to be \(wanted) and is \(value)")
    }
}

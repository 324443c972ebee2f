import Models
import Storage
import Synchronization

/// What people want and what is known of it, and the things that the services would do to it. The provider `crm` has
/// the object `people`, which its schedule has synced every hour; nothing else has a schedule.
public protocol ControlFixture: Sendable {
    /// Customers, integrations and objects.
    var control: any ControlStore { get }
    /// What runs read of integrations.
    var integrations: any IntegrationStore { get }
    /// What commands read.
    var reports: any ReportStore { get }
    /// The time by the stores' clock.
    func now() async throws -> Timestamp
    /// A run of an object has ended; it is due again ten minutes later.
    func end(_ run: RunReport, of object: PublicID) async throws
    /// A run of an object is under way.
    func begin(run: Int64, of object: PublicID) async throws
    /// Stores so many records of an object and a deleted one, and rejects so many.
    func store(records: Int64, rejected: Int64, of object: PublicID) async throws
    /// A failure stops an integration.
    func stop(integration: Int64, because failure: Failure) async throws
}

/// A rule that every implementation keeps. Its name is the rule.
public struct ControlCheck: Sendable, CustomStringConvertible {
    /// The rule.
    public let description: String
    /// Throws where the rule is broken.
    public let run: @Sendable (any ControlFixture) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any ControlFixture) async throws -> Void) {
        self.description = description
        self.run = run
    }
}

extension ControlFixture {
    /// Applies what `customers` say, with overrides that say nothing of paces.
    @discardableResult
    func apply(_ customers: CustomerSpecification...) async throws -> ApplyReport {
        try await control.apply(customers, now: now()) { _ in ObjectPace() }
    }

    /// Applies a customer whose overrides say this of every object's pace.
    func apply(_ customer: CustomerSpecification, pace: ObjectPace?) async throws {
        _ = try await control.apply([customer], now: now()) { _ in pace }
    }

    /// The one object of that name.
    func object(_ name: String = "acme/crm/people", counting: RecordCount = .none) async throws -> ObjectReport {
        guard let object = try await reports.objects(named: name, counting: counting).first else {
            throw BrokenRule(description: "there is no object \(name)")
        }
        return object
    }

    /// The row of an integration.
    func integration(_ customer: String = "acme", _ key: String = "crm") async throws -> Int64 {
        guard let found = try await control.integration(customer: customer, key: key) else {
            throw BrokenRule(description: "there is no integration \(customer)/\(key)")
        }
        return found.id
    }

    /// Its first run has succeeded so many seconds ago.
    func sync(_ object: ObjectReport, secondsAgo: Int64, run: Int64 = 1) async throws {
        let ended = try await now() - .seconds(secondsAgo)
        try await end(
            RunReport(
                run: run, kind: "initial", outcome: "succeeded", openedAt: ended - .seconds(1), endedAt: ended,
                fetched: 3, stored: 3), of: object.id)
    }

    /// The seconds from an object's last sync to when it is due.
    func pause(_ name: String = "acme/crm/people") async throws -> Double {
        let object = try await object(name)
        guard let due = object.nextDueAt, let synced = object.lastSyncedAt else {
            throw BrokenRule(description: "\(name) has not been synced, or is not due")
        }
        return Double((due - synced).components.seconds)
    }
}

/// A customer with the integration `crm`, whose object is `people`.
func customer(
    _ key: String = "acme", weight: Double = 1, paces: [String: Duration] = [:], overrides: [String: String] = [:],
    provider: String = "crm", enabled: Bool = true, override: String? = nil, every: Duration? = nil,
    objectOverride: String? = nil, type: InteractionType = .contacts
) -> CustomerSpecification {
    let object = ObjectSpecification(
        object: "people", type: type, every: every, enabled: enabled, override: objectOverride.map { Array($0.utf8) })
    let integration = IntegrationSpecification(
        key: "crm", provider: provider, enabled: true, settings: Array(#"{"region":"eu"}"#.utf8),
        override: override.map { Array($0.utf8) }, objects: [object])
    return CustomerSpecification(
        key: key, name: nil, weight: weight, maxRuns: nil, paces: paces,
        overrides: overrides.mapValues { Array($0.utf8) }, integrations: [integration])
}

/// What is there.
/// - Throws: ``BrokenRule`` where nothing is.
func there<Value>(_ value: Value?, line: UInt = #line) throws -> Value {
    guard let value else { throw BrokenRule(description: "line \(line): something is missing") }
    return value
}

/// The objects whose paces were asked for.
final class Asked: Sendable {
    private let noted = Mutex<[PacedObject]>([])
    var objects: [PacedObject] { noted.withLock { $0 } }
    func note(_ object: PacedObject) { noted.withLock { $0.append(object) } }
}

import Models

/// How the stored records of objects are counted for a report.
public enum RecordCount: Sendable, Hashable {
    /// Not at all: 0.
    case none
    /// Exactly as long as that takes no time; large objects are estimated, and marked so.
    case estimated
    /// Every one, however long it takes.
    case exact
}

/// What identifies an object to other stores.
public struct ObjectTarget: Sendable, Hashable {
    /// Its row.
    public var id: Int64
    /// Its provider.
    public var provider: String
    /// The object of the provider's definition.
    public var object: String
    /// The integration's settings, JSON.
    public var settings: [UInt8]

    /// An object.
    public init(id: Int64, provider: String, object: String, settings: [UInt8]) {
        self.id = id
        self.provider = provider
        self.object = object
        self.settings = settings
    }
}

/// What the operator's commands read, and the few things that they ask of the services. Implementations:
/// `PostgresReportStore` and `MemoryControlTables`.
public protocol ReportStore: Sendable {
    /// The objects whose name is `name`, or starts with it at a slash, or whose id it is; all where it is nil. By name.
    func objects(named name: String?, counting: RecordCount) async throws -> [ObjectReport]
    /// The newest runs of an object, newest first; runs that found nothing are only counted.
    func runs(object: PublicID, limit: Int) async throws -> (runs: [RunReport], empty: Int64)
    /// Makes an object due now; a paused one is tried again. `full` asks for everything.
    /// - Returns: the number of the run that will do it, or nil where one is under way already.
    func requestSync(object: PublicID, full: Bool) async throws -> Int64?
    /// What identifies an object to other stores; nil if there is no such object.
    func target(object: PublicID) async throws -> ObjectTarget?
    /// Asks the processors to map an object's stored records with the definition given; what was asked before is dropped.
    func requestRemapping(object: Int64, provider: String, name: String, definition: String, body: [UInt8]) async throws
    /// The external id up to which an object's records have been mapped again; nil where nothing is asked for.
    func remapping(object: Int64) async throws -> String?
    /// Puts every key of the data tables into the outbox and returns how many there are.
    func republish() async throws -> Int64
}

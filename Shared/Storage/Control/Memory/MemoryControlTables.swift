import Models

/// What people want and what is known of it, in memory, with the rules of the Postgres stores. For tests, and as the
/// plainest statement of what those rules are.
public actor MemoryControlTables {
    struct Customer {
        var key: String
        var publicID: PublicID
        var wanted: CustomerSpecification
        var name: String
        /// By provider, `provider/object` or type; the empty text means everything.
        var paces: [String: Duration] = [:]
        /// By provider.
        var overrides: [String: [UInt8]] = [:]
    }

    struct Integration {
        var customer: Int64
        var publicID: PublicID
        var wanted: IntegrationSpecification
        var override: [UInt8]?
        var disabled: (failureClass: FailureClass, cause: String)?
        var credential: StoredCredential?
    }

    struct Object {
        var integration: Int64
        var publicID: PublicID
        var wanted: ObjectSpecification
        var override: [UInt8]?
        var pace = ObjectPace()
        var state = RunState.idle
        var runnable = true
        var run: Int64 = 0
        var lastSynced: Timestamp?
        var completeUntil: Timestamp?
        var nextDue: Timestamp
        var wantsEverything = false
        var failures = 0
        var history: [RunReport] = []
        var emptyRuns: Int64 = 0
        var records: Int64 = 0
        var deleted: Int64 = 0
        var rejected: Int64 = 0
        var remapping: String?
    }

    let clock: any WallClock
    /// The paces of providers by `provider/object`, as a scheduler publishes them.
    let schedules: [String: Duration]
    var customers: [Int64: Customer] = [:]
    var integrations: [Int64: Integration] = [:]
    var objects: [Int64: Object] = [:]
    private var lastID: Int64 = 0

    /// Empty tables whose time is `clock`'s.
    /// - Parameter schedules: the paces of providers by `provider/object`.
    public init(clock: any WallClock, schedules: [String: Duration] = [:]) {
        self.clock = clock
        self.schedules = schedules
    }

    /// Notes that a run of an object ended, as the services do; runs that found nothing are only counted.
    public func end(_ run: RunReport, of object: PublicID) {
        change(object) { entry in
            entry.state = .idle
            entry.run = run.run
            if run.outcome == "succeeded" {
                entry.lastSynced = run.endedAt
                entry.completeUntil = run.openedAt
            }
            entry.nextDue = run.endedAt + .seconds(600)
            if run.fetched > 0 || run.kind != "incremental" {
                entry.history.append(run)
            } else {
                entry.emptyRuns += 1
            }
        }
    }

    /// Notes that a run of an object is under way.
    public func begin(run: Int64, of object: PublicID) {
        change(object) {
            $0.state = .running
            $0.run = run
        }
    }

    /// Says how many records are stored of an object, how many of it are deleted, and how many could not be stored.
    public func store(records: Int64, deleted: Int64, rejected: Int64, of object: PublicID) {
        change(object) {
            $0.records = records
            $0.deleted = deleted
            $0.rejected = rejected
        }
    }

    /// Stops an integration, as a failure does.
    public func stop(integration: Int64, because failure: Failure) {
        integrations[integration]?.disabled = (failure.kind, failure.cause)
        for (id, object) in objects where object.integration == integration { objects[id]?.runnable = false }
    }

    /// How often an object is synced: its own pace, what an override says, the customer's for it, its provider, its
    /// type or everything, the provider's, that of an object which overrides have made, hourly.
    func pace(of object: Object) -> Duration {
        if let every = object.wanted.every { return every }
        if object.pace.isOverridden, let every = object.pace.every { return every }
        let provider = integrations[object.integration]?.wanted.provider ?? ""
        let name = "\(provider)/\(object.wanted.object)"
        let paces = integrations[object.integration].flatMap { customers[$0.customer] }?.paces ?? [:]
        return paces[name] ?? paces[provider] ?? paces[object.wanted.type.name] ?? paces[""] ?? schedules[name]
            ?? object.pace.every ?? .seconds(3600)
    }

    func id(of object: PublicID) -> Int64? { objects.first { $0.value.publicID == object }?.key }

    func change(_ object: PublicID, _ body: (inout Object) -> Void) {
        guard let id = id(of: object), var entry = objects[id] else { return }
        body(&entry)
        objects[id] = entry
    }

    func nextID() -> Int64 {
        lastID += 1
        return lastID
    }
}

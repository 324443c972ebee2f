import Models

/// The data tables in memory, for tests: the same rules as in Postgres, one transaction at a time.
public actor MemoryDataStore: DataStore {
    private var tables: MemoryDataTables
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Tables with these objects, definitions by hash and declared pages in them, and nothing stored.
    public init(objects: [StoredObject], definitions: [String: [UInt8]] = [:], pages: [DeclaredPage] = []) {
        tables = MemoryDataTables(objects: objects, definitions: definitions, pages: pages)
    }

    /// What is stored.
    public var contents: MemoryDataTables { tables }

    /// Changes the tables as another service would.
    public func change(_ body: @Sendable (inout MemoryDataTables) -> Void) { body(&tables) }

    /// Runs `body` in one transaction.
    public func transaction<Value: Sendable>(
        _ body: @Sendable (any DataSession) async throws -> Value
    ) async throws -> Value {
        await begin()
        defer { end() }
        let session = MemoryDataSession(tables)
        let value = try await body(session)
        tables = session.tables
        return value
    }

    private func begin() async {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isBusy = true
        }
    }

    private func end() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }

    /// The objects with these public ids.
    public func objects(_ ids: [PublicID]) -> [StoredObject] {
        tables.objects.filter { ids.contains($0.source.object) }
    }

    /// The objects with these internal ids.
    public func objects(internalIDs: [Int64]) -> [StoredObject] {
        tables.objects.filter { internalIDs.contains($0.id) }
    }

    /// The body of the definition with this hash.
    public func definition(_ hash: String) -> [UInt8]? { tables.definitions[hash] }
}

extension MemoryDataStore: PublicationStore {
    /// Publishes the oldest rows of a free shard.
    public func publishRecords(
        limit: Int, _ send: @Sendable ([PublishedRecord]) async throws -> Void
    ) async throws -> Int? {
        await begin()
        defer { end() }
        guard !tables.outbox.isEmpty else { return nil }
        let taken = tables.outbox.prefix(limit)
        let records = taken.flatMap { tables.published($0) }
        try await send(records)
        tables.outbox.removeFirst(taken.count)
        return records.count
    }

    /// Publishes the oldest rejected messages.
    public func publishRejected(
        limit: Int, _ send: @Sendable ([DeadLetter]) async throws -> Void
    ) async throws -> Int {
        await begin()
        defer { end() }
        let letters = tables.rejected.values.filter { !$0.isPublished }.prefix(limit)
        guard !letters.isEmpty else { return 0 }
        try await send(letters.map(\.letter))
        for letter in letters { tables.rejected[letter.identity]?.isPublished = true }
        return letters.count
    }

    /// The cluster that the topics were published to.
    public func publishedCluster() -> String? { tables.cluster }

    /// Notes that the topics are published to `cluster` from now on.
    @discardableResult
    public func publish(to cluster: String, everything: Bool) -> Int {
        tables.cluster = cluster
        return everything ? tables.republish() : 0
    }
}

import Models
import Storage

/// Maps stored payloads again after a mapping changed (`tributary remap`), a part in each transaction.
package struct Remapping: Sendable {
    private let store: any DataStore
    private let cache: DefinitionCache
    private let clock: any WallClock

    /// Remapping of what `store` holds.
    package init(store: any DataStore, cache: DefinitionCache, clock: any WallClock) {
        self.store = store
        self.cache = cache
        self.clock = clock
    }

    /// Maps the next part of what was asked for.
    /// - Returns: whether there may be more.
    package func step(limit: Int = 500) async throws -> Bool {
        try await store.transaction { session in
            guard let part = try await session.takeRemapping(limit: limit) else { return false }
            let mapping = try await cache.mapping(part.definition)
            guard let object = try await cache.object(part.objectID) else { return true }
            var changed: [ChangedInteraction] = []
            for stored in part.interactions {
                var records: [MappedRecord] = []
                // A payload that the new mapping does not fit yields nothing; the Interaction stays.
                for record in (try? mapping.records(in: stored.payload[...])) ?? [] {
                    records.append(RecordNormalization.normalise(record))
                }
                changed.append(
                    ChangedInteraction(
                        object: object, key: InteractionKey(objectID: part.objectID, externalID: stored.externalID),
                        modified: stored.modified, isNew: false, records: records,
                        absentTypes: InteractionType.canonical.filter { type in !records.contains { $0.type == type } })
                )
            }
            try await MatchingTransaction(session: session, cache: cache, now: clock.now).apply(changed)
            return true
        }
    }
}

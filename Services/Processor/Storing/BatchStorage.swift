import Models
import Postgres
import Storage

/// Stores batches, whatever is in them: a row that Postgres refuses is found and rejected, the rest is stored.
package struct BatchStorage: Sendable {
    private let store: any DataStore
    private let cache: DefinitionCache
    private let clock: any WallClock

    /// Storage in `store`.
    package init(store: any DataStore, cache: DefinitionCache, clock: any WallClock) {
        self.store = store
        self.cache = cache
        self.clock = clock
    }

    /// Stores `batch`, in as many transactions as it takes. Storing a part of it twice does no harm.
    /// - Throws: the store's errors that are not about the data: try the whole batch again later.
    package func store(_ batch: PreparedBatch) async throws -> StoredCounts {
        guard !batch.messages.isEmpty || !batch.barriers.isEmpty else { return StoredCounts() }
        let parts = batch.parts()
        guard parts.count > 1 else { return try await storeWhole(batch) }
        var counts = try await withThrowingTaskGroup(of: StoredCounts.self) { group in
            for part in parts { group.addTask { try await storeWhole(part) } }
            return try await group.reduce(into: StoredCounts()) { $0 += $1 }
        }
        // A barrier tells that everything before it is stored, so it comes after all parts.
        if !batch.barriers.isEmpty {
            counts += try await storeWhole(PreparedBatch(messages: [], barriers: batch.barriers))
        }
        return counts
    }

    private func storeWhole(_ batch: PreparedBatch) async throws -> StoredCounts {
        do {
            return try await transact(batch)
        } catch let error as PostgresError where error.kind == .constraint {
            // Somebody else wrote the same row at the same moment, which the second time is known.
            return try await storeAgain(batch)
        } catch let error as PostgresError where error.kind == .badData {
            return try await bisect(batch, error)
        }
    }

    private func storeAgain(_ batch: PreparedBatch) async throws -> StoredCounts {
        do {
            return try await transact(batch)
        } catch let error as PostgresError where error.kind == .badData || error.kind == .constraint {
            return try await bisect(batch, error)
        }
    }

    private func bisect(_ batch: PreparedBatch, _ error: PostgresError) async throws -> StoredCounts {
        guard batch.messages.count > 1 else { return try await reject(batch, error) }
        let (first, second) = batch.halves()
        var counts = try await storeWhole(first)
        counts += try await storeWhole(second)
        return counts
    }

    private func transact(_ batch: PreparedBatch) async throws -> StoredCounts {
        while true {
            try Task.checkCancellation()
            do {
                return try await store.transaction { session in
                    try await StoringTransaction(session: session, cache: cache, now: clock.now).store(batch)
                }
            } catch is StoringTransaction.PageMoved {
                // Another attempt opened one of the pages meanwhile: now it is known.
                continue
            }
        }
    }

    private func reject(_ batch: PreparedBatch, _ error: PostgresError) async throws -> StoredCounts {
        var batch = batch
        guard let message = batch.messages.first, case .interaction = message.content else { throw error }
        batch.messages[0] = message.with(
            .refused("Postgres refused it: \(error.message)" + (error.sqlState.map { " (SQLSTATE \($0))" } ?? "")))
        return try await transact(batch)
    }
}

import Models
import Storage

/// Writes the steps of all runs of this process together. While one statement is under way the next one gathers, so
/// that a page costs a share of a transaction and not one of its own.
package actor RunWriter {
    private struct Entry<Item: Sendable> {
        let item: Item
        let lease: RetrieverLease
        let waiter: CheckedContinuation<Bool, any Error>
    }

    private let store: any RetrievalStore
    private var steps: [Entry<RunAdvance>] = []
    private var releases: [Entry<RunRelease>] = []
    private var isWriting = false
    /// The most steps that one statement takes.
    private static let batch = 512

    /// A writer into `store`.
    package init(store: any RetrievalStore) { self.store = store }

    /// Declares a page and marks acknowledged ones; false when the claim no longer holds.
    package func advance(_ step: RunAdvance, lease: RetrieverLease) async throws -> Bool {
        try await withCheckedThrowingContinuation { waiter in
            steps.append(Entry(item: step, lease: lease, waiter: waiter))
            startWriting()
        }
    }

    /// Lets go of a run; false when the claim no longer holds.
    package func release(_ release: RunRelease, lease: RetrieverLease) async throws -> Bool {
        try await withCheckedThrowingContinuation { waiter in
            releases.append(Entry(item: release, lease: lease, waiter: waiter))
            startWriting()
        }
    }

    private func startWriting() {
        guard !isWriting else { return }
        isWriting = true
        Task { await writeAll() }
    }

    private func writeAll() async {
        while !steps.isEmpty || !releases.isEmpty {
            let store = store
            await write(Self.batch(from: &steps), claim: \.claim) { try await store.advance($0, lease: $1) }
            await write(Self.batch(from: &releases), claim: \.claim) { try await store.release($0, lease: $1) }
        }
        isWriting = false
    }

    /// What the next statement takes: the oldest entries, all under one lease.
    private static func batch<Item>(from entries: inout [Entry<Item>]) -> [Entry<Item>] {
        guard let lease = entries.first?.lease else { return [] }
        let batch = Array(entries.prefix(Self.batch).prefix { $0.lease == lease })
        entries.removeFirst(batch.count)
        return batch
    }

    private func write<Item: Sendable>(
        _ batch: [Entry<Item>], claim: (Item) -> RunClaim,
        _ statement: ([Item], RetrieverLease) async throws -> Set<RunClaim>
    ) async {
        guard let lease = batch.first?.lease else { return }
        do {
            let held = try await statement(batch.map(\.item), lease)
            for entry in batch { entry.waiter.resume(returning: held.contains(claim(entry.item))) }
        } catch {
            for entry in batch { entry.waiter.resume(throwing: error) }
        }
    }
}

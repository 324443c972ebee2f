import Models
import Storage

/// Writes the steps of all runs of this process together. While one statement is under way the next one gathers, so
/// that a page costs a share of a transaction and not one of its own.
package actor RunWriter {
    private let store: any RetrievalStore
    private var steps: [(step: RunAdvance, waiter: CheckedContinuation<Bool, any Error>)] = []
    private var releases: [(release: RunRelease, waiter: CheckedContinuation<Bool, any Error>)] = []
    private var lease: RetrieverLease
    private var isWriting = false
    /// The most steps that one statement takes.
    private let batch = 512

    /// A writer under `lease`.
    package init(store: any RetrievalStore, lease: RetrieverLease) {
        self.store = store
        self.lease = lease
    }

    /// What is written from now on is written under `lease`.
    package func use(_ lease: RetrieverLease) { self.lease = lease }

    /// Declares a page and marks acknowledged ones; false when the claim no longer holds.
    package func advance(_ step: RunAdvance) async throws -> Bool {
        try await withCheckedThrowingContinuation { waiter in
            steps.append((step, waiter))
            startWriting()
        }
    }

    /// Lets go of a run; false when the claim no longer holds.
    package func release(_ release: RunRelease) async throws -> Bool {
        try await withCheckedThrowingContinuation { waiter in
            releases.append((release, waiter))
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
            let nextSteps = Array(steps.prefix(batch))
            let nextReleases = Array(releases.prefix(batch))
            steps.removeFirst(nextSteps.count)
            releases.removeFirst(nextReleases.count)
            let lease = lease
            await write(nextSteps.map(\.step), waiters: nextSteps.map(\.waiter), claim: { $0.claim }) {
                try await self.store.advance($0, lease: lease)
            }
            await write(nextReleases.map(\.release), waiters: nextReleases.map(\.waiter), claim: { $0.claim }) {
                try await self.store.release($0, lease: lease)
            }
        }
        isWriting = false
    }

    private func write<Item: Sendable>(
        _ items: [Item], waiters: [CheckedContinuation<Bool, any Error>], claim: @Sendable (Item) -> RunClaim,
        _ statement: ([Item]) async throws -> Set<RunClaim>
    ) async {
        guard !items.isEmpty else { return }
        do {
            let held = try await statement(items)
            for (item, waiter) in zip(items, waiters) { waiter.resume(returning: held.contains(claim(item))) }
        } catch {
            for waiter in waiters { waiter.resume(throwing: error) }
        }
    }
}

import Kafka
import Models
import Service
import Storage

/// Answers rings: takes as many as there are slots, commits them at once and claims their runs.
package struct DoorbellIntake: Sendable {
    private let consumer: any MessageConsumer
    private let store: any RetrievalStore
    private let roster: RunRoster
    private let start: @Sendable (ClaimedRun, RetrieverLease) -> Void
    private let logger = Logger(label: "intake")

    /// An intake that hands claimed runs to `start`.
    package init(
        consumer: any MessageConsumer, store: any RetrievalStore, roster: RunRoster,
        start: @escaping @Sendable (ClaimedRun, RetrieverLease) -> Void
    ) {
        self.consumer = consumer
        self.store = store
        self.roster = roster
        self.start = start
    }

    /// Takes one batch of rings under `lease`; returns whether there was one.
    package func take(lease: RetrieverLease) async throws -> Bool {
        let free = roster.freeSlots
        guard free > 0 else {
            // Not polling is the backpressure; rings wait in the topic or go to another retriever.
            await roster.waitForAnEnd()
            return true
        }
        let messages = try await consumer.poll(maximum: min(free, 500), timeout: .seconds(1))
        guard !messages.isEmpty else { return false }
        let rings = messages.compactMap { Doorbell($0) }
        if rings.count < messages.count {
            logger.warning("messages that are no rings were skipped", [.count: .int(messages.count - rings.count)])
        }
        // A ring is no state: one that is lost between these two lines is given again.
        try await consumer.commit(messages)
        for run in try await store.claim(rings, lease: lease) { start(run, lease) }
        return true
    }
}

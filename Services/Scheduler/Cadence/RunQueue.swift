import Kafka
import Models
import Storage

/// Opens runs that are due and rings for them.
package struct RunQueue: Sendable {
    let store: any SchedulingStore
    let producer: any MessageProducer
    let topics: TopicNames
    let settings: CadenceSettings

    /// A queue over `store` that rings through `producer`.
    package init(
        store: any SchedulingStore, producer: any MessageProducer, topics: TopicNames, settings: CadenceSettings
    ) {
        self.store = store
        self.producer = producer
        self.topics = topics
        self.settings = settings
    }

    /// What one look at the queue did.
    package struct Progress: Sendable, Hashable {
        /// Runs that were opened.
        package var opened = 0
        /// Postponed runs whose time had come.
        package var woken = 0
        /// Rings that the broker acknowledged.
        package var rung = 0
        /// Whether there may be more to do at once.
        package var isBehind = false
    }

    /// Opens what is due, wakes what was postponed and rings for as many as will be answered.
    /// - Throws: what the store or the producer throws; rings that could not be sent are taken back first, and the
    ///   other providers are rung for all the same.
    package func advance() async throws -> Progress {
        var progress = Progress()
        progress.opened = try await store.openDue(limit: settings.batch)
        progress.woken = try await store.wakePostponed(limit: settings.batch)
        progress.isBehind = progress.opened == settings.batch || progress.woken == settings.batch
        progress.rung = try await ringEverywhere()
        return progress
    }

    /// Rings for all providers, several at once, since each waits for the broker's acknowledgement.
    private func ringEverywhere() async throws -> Int {
        var waiting = try await store.providersWaiting()[...]
        let results = await withTaskGroup(of: Result<Int, any Error>.self) { group in
            var results: [Result<Int, any Error>] = []
            func start() {
                guard let provider = waiting.popFirst() else { return }
                group.addTask { await ring(provider) }
            }
            for _ in 0..<settings.providersAtOnce { start() }
            while let result = await group.next() {
                results.append(result)
                start()
            }
            return results
        }
        return try results.reduce(0) { try $0 + $1.get() }
    }

    private func ring(_ provider: String) async -> Result<Int, any Error> {
        do {
            let rings = try await store.ring(provider: provider, minimum: settings.minimumRings)
            guard !rings.isEmpty else { return .success(0) }
            do {
                try await producer.produce(rings.map { $0.message(topics: topics) })
            } catch {
                // Best effort: a ring that stays marked is forgotten after `ringPatience` anyway.
                try? await store.unring(rings)
                throw error
            }
            return .success(rings.count)
        } catch {
            return .failure(error)
        }
    }

    /// What one round of housekeeping did.
    package struct Housekeeping: Sendable, Hashable {
        /// Runs whose holder's lease had ended.
        package var reclaimed = 0
        /// Rings that nobody answered.
        package var forgotten = 0
        /// Waiting runs of objects that are no longer synced.
        package var cancelled = 0
    }

    /// Puts back into the queue what its holder or the broker lost.
    package func keepHouse() async throws -> Housekeeping {
        Housekeeping(
            reclaimed: try await store.reclaimAbandoned(limit: settings.batch),
            forgotten: try await store.forgetRings(after: settings.ringPatience),
            cancelled: try await store.cancelUnrunnable(limit: settings.batch))
    }
}

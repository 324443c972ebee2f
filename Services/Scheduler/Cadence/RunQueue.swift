import Kafka
import Models
import Storage
import Synchronization

/// Opens runs that are due and rings for them.
package struct RunQueue: Sendable {
    let store: any SchedulingStore
    let producer: any MessageProducer
    let topics: TopicNames
    let settings: CadenceSettings
    private let unheard = UnheardProviders()

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

    /// Opens what is due, wakes what was postponed and rings for as many as will be answered. A provider whose rings the
    /// broker did not take is left to ``ringAgain()``, so that it holds up the others once and not at every look.
    /// - Throws: what the store throws.
    package func advance() async throws -> Progress {
        var progress = Progress()
        progress.opened = try await store.openDue(limit: settings.batch)
        progress.woken = try await store.wakePostponed(limit: settings.batch)
        progress.isBehind = progress.opened == settings.batch || progress.woken == settings.batch
        let unheard = unheard.providers
        let outcomes = await ring(try await store.providersWaiting().filter { !unheard.contains($0) })
        progress.rung = outcomes.reduce(0) { $0 + $1.rung }
        if let error = outcomes.lazy.compactMap(\.storeError).first { throw error }
        return progress
    }

    /// Rings for the providers whose rings the broker did not take before; those that it takes now are looked after by
    /// ``advance()`` again.
    /// - Throws: what the store throws, or else what the broker said of one that it did not take, of a missing topic
    ///   before others; all are tried first.
    package func ringAgain() async throws -> Int {
        let unheard = unheard.providers
        guard !unheard.isEmpty else { return 0 }
        let outcomes = await ring(try await store.providersWaiting().filter(unheard.contains))
        if let error = outcomes.lazy.compactMap(\.storeError).first { throw error }
        let refusals = outcomes.compactMap(\.refusal)
        if let error = refusals.first(where: { ($0 as? KafkaError)?.kind == .unknownTopic }) ?? refusals.first {
            throw error
        }
        return outcomes.reduce(0) { $0 + $1.rung }
    }

    /// What became of a provider's rings. With a `refusal` of the broker they were taken back.
    private struct Outcome: Sendable {
        var rung = 0
        var refusal: (any Error)?
        var storeError: (any Error)?
    }

    /// Rings for `providers`, several at once, since each waits for the broker's acknowledgement. What one of them
    /// meets with is no matter of the others.
    private func ring(_ providers: [String]) async -> [Outcome] {
        var waiting = providers[...]
        return await withTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            func start() {
                guard let provider = waiting.popFirst() else { return }
                group.addTask { await ring(provider) }
            }
            for _ in 0..<settings.providersAtOnce { start() }
            while let outcome = await group.next() {
                outcomes.append(outcome)
                start()
            }
            return outcomes
        }
    }

    private func ring(_ provider: String) async -> Outcome {
        let rings: [Doorbell]
        do {
            rings = try await store.ring(provider: provider, minimum: settings.minimumRings)
        } catch {
            return Outcome(storeError: error)
        }
        guard !rings.isEmpty else { return Outcome() }
        do {
            try await producer.produce(rings.map { $0.message(topics: topics) })
            unheard.remove(provider)
            return Outcome(rung: rings.count)
        } catch {
            unheard.insert(provider)
            // Best effort: a ring that stays marked is forgotten after `ringPatience` anyway.
            try? await store.unring(rings)
            return Outcome(refusal: error)
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

/// The providers whose rings the broker did not take the last time.
private final class UnheardProviders: Sendable {
    private let names = Mutex<Set<String>>([])

    var providers: Set<String> { names.withLock { $0 } }

    func insert(_ provider: String) { names.withLock { _ = $0.insert(provider) } }
    func remove(_ provider: String) { names.withLock { _ = $0.remove(provider) } }
}

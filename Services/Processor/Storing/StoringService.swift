import Kafka
import Models
import Service
import Storage

/// Reads Interactions, stores them and then commits their offsets: while one batch is being stored, the next is read
/// and mapped.
package struct StoringService: Service {
    /// `storing`.
    package let name = "storing"
    private let consumer: any MessageConsumer
    private let preparation: BatchPreparation
    private let storage: BatchStorage
    private let metrics: StoringMetrics
    private let clock: any WallClock
    private let check: HealthCheck?
    private let batchSize: Int
    private let commitsBeforeStoring: Bool
    private let logger = Logger(label: "storing")

    /// A service that moves what `consumer` reads into `storage`, up to `batchSize` messages at a time.
    /// - Parameter commitsBeforeStoring: a broken promise, for the suite that must notice.
    package init(
        consumer: any MessageConsumer, preparation: BatchPreparation, storage: BatchStorage, metrics: StoringMetrics,
        clock: any WallClock, check: HealthCheck? = nil, batchSize: Int, commitsBeforeStoring: Bool = false
    ) {
        self.consumer = consumer
        self.preparation = preparation
        self.storage = storage
        self.metrics = metrics
        self.clock = clock
        self.check = check
        self.batchSize = batchSize
        self.commitsBeforeStoring = commitsBeforeStoring
    }

    private struct Read: Sendable {
        var messages: [ReceivedMessage]
        var batch: PreparedBatch
    }

    /// Stores until `shutdown`; what has been read by then is stored and committed first.
    package func run(until shutdown: ShutdownSignal) async throws {
        if commitsBeforeStoring {
            logger.error("SABOTAGE: offsets are committed before the records are stored; records will be lost")
        }
        var current: Read?
        while current != nil || !shutdown.isShuttingDown {
            async let upcoming = read(until: shutdown)
            if let current { try await store(current) }
            current = try await upcoming
        }
        await consumer.close()
    }

    /// Nil when it is time to end, or there is nothing to read.
    private func read(until shutdown: ShutdownSignal) async throws -> Read? {
        guard !shutdown.isShuttingDown else { return nil }
        let (clock, logger, check) = (self.clock, self.logger, self.check)
        let messages: [ReceivedMessage]
        do {
            messages = try await shutdown.cancelling {
                try await retrying("Kafka", clock: clock, logger: logger, health: check) {
                    try await consumer.poll(maximum: batchSize, timeout: .seconds(1))
                }
            }
        } catch  where shutdown.isShuttingDown {
            return nil
        }
        check?.ready()
        metrics.lag.set(await consumer.lag())
        guard !messages.isEmpty else { return nil }
        let batch = try await retrying("Postgres", clock: clock, logger: logger, health: check) {
            try await preparation.prepare(messages)
        }
        return Read(messages: messages, batch: batch)
    }

    private func store(_ read: Read) async throws {
        let started = clock.now
        if commitsBeforeStoring { await commit(read) }
        let counts = try await retrying("Postgres", clock: clock, logger: logger, health: check) {
            try await storage.store(read.batch)
        }
        FaultPoint.pass(.storedOffsetNotCommitted)
        if !commitsBeforeStoring { await commit(read) }
        check?.ready()
        metrics.note(counts, messages: read.messages.count, took: clock.now - started)
        if counts.rejected > 0 {
            logger.warning("records were rejected", [.rejected: .int(counts.rejected)])
        }
    }

    /// An offset that is not committed costs reading and storing again, which changes nothing; so a broker that is away
    /// is not waited for here.
    private func commit(_ read: Read) async {
        do {
            try await consumer.commit(read.messages)
        } catch {
            logger.debug("offsets were not committed", [.error: .error(error)])
        }
    }
}

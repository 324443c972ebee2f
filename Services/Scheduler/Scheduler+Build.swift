import Catalog
import Connections
import Kafka
import Models
import Postgres
import Service
import Storage

/// The parts of the scheduler and how they hang together.
package enum Scheduler {
    /// Makes the services of one scheduler process. Any number of processes may run at once, without a leader.
    static func services(_ context: ServiceContext) async throws -> [any Service] {
        let logger = Logger(label: "scheduler")
        let catalog = CatalogFolder(path: context[ConnectionSettings.catalog])
        for diagnostic in catalog.diagnostics.sorted {
            logger.warning("the catalog has a problem", [.cause: .text("\(diagnostic)")])
        }
        let ignoresReceipts = context[SchedulerSettings.sabotage] == "no-receipts"
        if ignoresReceipts { logger.error("SABOTAGE: runs are closed without their receipts") }

        let database = try context.postgres()
        try await context.awaitSchema(database)
        var hook: (@Sendable () -> Void)?
        if FaultPoint.isArmed(.insideClosingStatement) { hook = { FaultPoint.pass(.insideClosingStatement) } }
        let store = PostgresSchedulingStore(
            database: database, ignoresReceipts: ignoresReceipts,
            insideClosing: hook)
        let paces = catalog.paces
        try await store.publish(schedules: paces.schedules, caps: paces.caps)

        let kafka = context.kafka
        let producer = try KafkaProducer(kafka)
        let administration = try KafkaAdministration(kafka)
        let topics = context.topics
        let providers = Array(Set(paces.schedules.map(\.provider)))
        let keeper = TopicKeeper(administration: administration) {
            topics.shared(partitions: Int32(context[ConnectionSettings.recordPartitions]))
                + topics.doorbells(
                    of: providers + (try await store.providersWaiting()),
                    partitions: Int32(context[ConnectionSettings.doorbellPartitions]))
        }
        return try [
            RepeatingService("topics", every: .seconds(30), context: context) {
                try await keeper.ensure()
                return false
            }
        ]
            + services(
                context, store: store, announcements: PostgresAnnouncementStore(database: database), producer: producer,
                administration: administration, keeper: keeper)
            + FailureServices(
                circuits: PostgresCircuitStore(database: database), alerts: PostgresAlertStore(database: database)
            ).services(context)
    }

    private static func services(
        _ context: ServiceContext, store: any SchedulingStore, announcements: any AnnouncementStore,
        producer: any MessageProducer, administration: any BrokerAdministration, keeper: TopicKeeper
    ) -> [any Service] {
        let settings = CadenceSettings(context)
        let topics = context.topics
        let metrics = SchedulerMetrics(context.metrics)
        let queue = RunQueue(store: store, producer: producer, topics: topics, settings: settings)
        let closing = RunClosing(
            store: store, producer: producer, administration: administration, topics: topics, settings: settings)
        let publisher = AnnouncementPublisher(
            store: announcements, producer: producer, topics: topics, batch: settings.batch, metrics: context.metrics)
        let logger = Logger(label: "scheduler")
        return [
            RepeatingService("queue", every: settings.interval, context: context, recover: keeper.recover) {
                let progress = try await queue.advance()
                metrics.note(progress)
                return progress.isBehind
            },
            RepeatingService("rings", every: settings.interval, context: context, recover: keeper.recover) {
                metrics.rung.increment(by: try await queue.ringAgain())
                return false
            },
            RepeatingService("closing", every: settings.interval, context: context, recover: keeper.recover) {
                let closed = try await closing.close()
                for run in closed {
                    metrics.note(run)
                    // A million objects find nothing most of the time; that is for the metrics to tell.
                    logger.log(
                        run.fetched > 0 ? .info : .debug, "sync finished",
                        [
                            .object: .int(run.objectID), .provider: .text(run.provider), .run: .int(run.run),
                            .fetched: .int(run.fetched), .stored: .int(run.stored),
                            .unchanged: .int(run.unchanged), .rejected: .int(run.rejected),
                        ])
                }
                return closed.count == settings.batch
            },
            RepeatingService(
                "housekeeping", every: settings.housekeepingInterval, context: context, recover: keeper.recover
            ) {
                let done = try await queue.keepHouse()
                if done.reclaimed > 0 {
                    logger.warning("runs of a retriever that is gone go on elsewhere", [.count: .int(done.reclaimed)])
                }
                metrics.note(try await store.stateCounts())
                return false
            },
            RepeatingService(
                "lateness", every: settings.housekeepingInterval, context: context, recover: keeper.recover
            ) {
                _ = try await closing.resume()
                let sentBack = try await closing.judge()
                if sentBack > 0 {
                    metrics.pagesLost.increment(by: sentBack)
                    logger.warning("the broker lost records; their pages are fetched again", [.count: .int(sentBack)])
                }
                return false
            },
            RepeatingService("announcements", every: settings.interval, context: context, recover: keeper.recover) {
                try await publisher.publish() == settings.batch
            },
            RepeatingService("history", every: .seconds(3600), context: context) {
                try await store.maintainHistory(keep: settings.historyKept)
                return false
            },
        ]
    }
}

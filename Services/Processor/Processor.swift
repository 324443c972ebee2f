import Connections
import Kafka
import Models
import Service
import Storage

/// The processor's parts, wired.
package enum Processor {
    /// The services of one processor. They drain in reverse: nothing more is stored, then what is stored is published
    /// as far as it goes, the rest by another processor.
    package static func build(_ context: ServiceContext) async throws -> [any Service] {
        let pool = try context.postgres(findingRowsByKey: true)
        let administration = try KafkaAdministration(context.kafka)
        let producer = try KafkaProducer(context.kafka)
        let topics = context.topics
        let store = PostgresDataStore(pool)
        let publications = PostgresPublicationStore(pool)
        let cache = DefinitionCache(store: store, reader: CatalogMappingReader(metrics: context.metrics))
        let partitions = Int32(context[ConnectionSettings.recordPartitions])
        let keeper = TopicKeeper(administration: administration) { topics.shared(partitions: partitions) }
        return [
            brokerService(
                BrokerMemory(store: publications, administration: administration, topics: topics), keeper, context),
            publishingService(
                RecordPublisher(
                    store: publications, cache: cache, producer: producer, topics: topics, metrics: context.metrics),
                keeper, context),
            remappingService(Remapping(store: store, cache: cache, clock: context.clock), context),
            try storingService(store, cache, context),
        ]
    }

    /// Keeps the topics in being, and has everything published again to a broker that lost it.
    private static func brokerService(
        _ memory: BrokerMemory, _ keeper: TopicKeeper, _ context: ServiceContext
    ) -> any Service {
        RepeatingService("topics", every: .seconds(3), context: context) {
            try await memory.check()
            try await keeper.ensure()
            return false
        }
    }

    private static func publishingService(
        _ publisher: RecordPublisher, _ keeper: TopicKeeper, _ context: ServiceContext
    ) -> any Service {
        RepeatingService(
            "publishing", every: .milliseconds(50), context: context, recover: { await keeper.recover(from: $0) }
        ) {
            try await publisher.publish()
        }
    }

    private static func remappingService(_ remapping: Remapping, _ context: ServiceContext) -> any Service {
        RepeatingService("remapping", every: .seconds(2), context: context) { try await remapping.step() }
    }

    private static func storingService(
        _ store: PostgresDataStore, _ cache: DefinitionCache, _ context: ServiceContext
    ) throws -> any Service {
        let topics = context.topics
        let consumer = try KafkaConsumer(
            context.kafka, group: topics.prefix + context[ProcessorSettings.group],
            topics: TopicNames.types.map { topics.interactions($0) })
        let check = context.health.check("storing")
        return StoringService(
            consumer: consumer, preparation: BatchPreparation(cache: cache),
            storage: BatchStorage(store: store, cache: cache, clock: context.clock),
            metrics: StoringMetrics(context.metrics), clock: context.clock, check: check,
            batchSize: context[ProcessorSettings.batch],
            commitsBeforeStoring: context[ProcessorSettings.sabotage] == "commit-before-store")
    }
}

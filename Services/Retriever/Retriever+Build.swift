import Catalog
import Connections
import Credentials
import Cryptography
import HTTPClient
import Kafka
import Models
import Postgres
import Service
import Storage

/// The parts of the retriever and how they hang together.
package enum Retriever {
    /// Makes the services of one retriever process.
    static func services(_ context: ServiceContext) async throws -> [any Service] {
        let logger = Logger(label: "retriever")
        let catalog = CatalogFolder(path: context[ConnectionSettings.catalog])
        for diagnostic in catalog.diagnostics.sorted {
            logger.warning("the catalog has a problem", [.cause: .text("\(diagnostic)")])
        }
        let isFenced = context[RetrieverSettings.sabotage] != "no-fencing"
        if !isFenced { logger.error("SABOTAGE: writes are not fenced") }
        let database = try context.postgres()
        try await context.awaitSchema(database)
        let store = PostgresRetrievalStore(
            database: database, isFenced: isFenced,
            rules: FailureRules(
                runs: context[RetrieverSettings.disableRuns], time: context[RetrieverSettings.disableTime],
                probeEvery: context[RetrieverSettings.probeEvery]))
        let integrations = PostgresIntegrationStore(database: database)
        let keys = try context[RetrieverSettings.keys].map { try KeyRing(parsing: Secret($0)) }
        let kafka = context.kafka
        let administration = try KafkaAdministration(kafka)
        let topics = context.topics
        let providers = context[RetrieverSettings.providers]
        let taken = providers.isEmpty ? nil : providers
        let keeper = TopicKeeper(administration: administration) {
            topics.shared(partitions: Int32(context[ConnectionSettings.recordPartitions]))
                + topics.doorbells(
                    of: taken ?? Array(catalog.providers.keys),
                    partitions: Int32(context[ConnectionSettings.doorbellPartitions]))
        }
        let producer = try KafkaProducer(kafka)
        let transport = try CurlTransport(
            OutboundSettings.transport(
                context.configuration, addresses: context[RetrieverSettings.allowAddresses]))
        let metrics = RetrieverMetrics(context.metrics)
        let id = PublicID(now: context.clock.now)
        let tokenLease = context[RetrieverSettings.tokenLease]
        let tokens = TokenKeeper(
            store: PostgresTokenStore(database: database), keys: keys,
            endpoint: TokenEndpoint(transport: transport, patience: tokenLease / 2), clock: context.clock,
            holder: id, lease: tokenLease
        ) { metrics.note($0) }
        let process = RetrieverProcess(
            id: id, context: context, metrics: metrics, store: store,
            budgets: PostgresBudgetStore(database: database), producer: producer, transport: transport, keeper: keeper,
            preparation: RunPreparation(
                catalog: catalog, integrations: integrations, runs: store,
                credentials: CredentialSource(
                    reader: CredentialReader(store: integrations, keys: keys), keeper: tokens, clock: context.clock)),
            providers: taken, abandonsWithLease: isFenced)
        return [
            RepeatingService("topics", every: .seconds(30), context: context) {
                try await keeper.ensure()
                return false
            },
            // Started first of what asks for tokens, and so the last to stop: a renewal is never broken off.
            ClosureService("tokens") { shutdown in
                await shutdown.wait()
                await tokens.waitUntilIdle()
            },
        ] + process.services(kafka: kafka, topics: topics)
    }
}

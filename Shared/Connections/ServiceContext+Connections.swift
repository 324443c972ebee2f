import Kafka
import Migrations
import Models
import Postgres
import Service
import Storage

extension ServiceContext {
    /// The names of the topics.
    public var topics: TopicNames { TopicNames(prefix: self[StandardSettings.topicPrefix]) }

    /// How to reach the brokers; librdkafka's log goes to ours.
    public var kafka: KafkaConfiguration {
        let logger = Logger(label: "kafka")
        return KafkaConfiguration(
            bootstrapServers: self[StandardSettings.kafka], clientID: instance,
            properties: self[ConnectionSettings.kafkaProperties]
        ) { level, facility, text in
            // librdkafka reports every refused connection; that it is away is told by whoever waits for it.
            let isGrave = level <= .critical
            logger.log(isGrave ? .warning : .debug, "librdkafka", [.source: .text(facility), .cause: .text(text)])
        }
    }

    /// A pool of connections to Postgres.
    /// - Parameter findingRowsByKey: see `PostgresSettings.findsRowsByKey`.
    /// - Throws: `PostgresError` if the setting is no connection string.
    public func postgres(connections: Int? = nil, findingRowsByKey: Bool = false) throws -> PostgresPool {
        let logger = Logger(label: "postgres")
        var settings = try PostgresSettings(self[StandardSettings.postgres], applicationName: instance)
        settings.findsRowsByKey = findingRowsByKey
        return PostgresPool(settings, connections: connections ?? self[ConnectionSettings.postgresConnections]) {
            event in
            logger.debug("postgres", [.cause: .text("\(event)")])
        }
    }

    /// Returns when the database is there with a schema that this version knows, saying what it waits for meanwhile.
    public func awaitSchema(_ database: any PostgresDatabase) async throws {
        let check = health.check("schema")
        try await retrying(
            "Postgres with a current schema", clock: clock, logger: Logger(label: "postgres"), health: check
        ) {
            let version = try await MigrationRunner.currentVersion(database)
            let verdict = SchemaRange.known.verdict(on: version)
            guard verdict == .fits else { throw Failure(.configuration, verdict.description) }
        }
        check.ready()
    }
}

extension SchemaRange {
    /// The versions that this build's services work with.
    static let known = SchemaRange(7, 9)
}

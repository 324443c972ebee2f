import Connections
import HTTPClient
import Kafka
import Models
import Postgres
import Service

/// Settings that several commands share.
enum OperatorSettings {
    static let json = Setting.toggle("json", "Print JSON for scripts instead of a table")
    static let keys = Setting.text(
        "keys", environment: "TRIBUTARY_KEYS",
        "Keys that credentials are sealed with, id:base64 separated by commas, the current one first", isSecret: true,
        placeholder: "KEYS"
    ).optional
    static let keeper = Setting.text(
        "keeper-postgres", environment: "TRIBUTARY_KEEPER_POSTGRES",
        "The database as the role tributary_keeper, which may read credentials and store tokens; --postgres if missing",
        isSecret: true, placeholder: "CONNECTION"
    ).optional
    static let allowAddresses = Setting<AddressPolicy>(
        "allow-addresses", environment: "TRIBUTARY_ALLOW_ADDRESSES", default: "",
        summary: "Internal networks that providers may be in, as CIDR separated by commas; all others are refused",
        placeholder: "NETWORKS", parse: parsePolicy)
    static let kafka: [any SettingDeclaration] = [
        StandardSettings.kafka, StandardSettings.topicPrefix, ConnectionSettings.kafkaProperties,
    ]

    private static let parsePolicy: @Sendable (String) throws(InvalidValue) -> AddressPolicy = {
        text throws(InvalidValue) in
        do {
            return try AddressPolicy(configuration: text)
        } catch {
            throw InvalidValue("must be networks like 127.0.0.0/8,::1/128 (\(error))")
        }
    }
}

extension Invocation {
    /// A pool of a few connections. A database that is away is waited for only shortly: a person is waiting.
    func postgres() throws -> PostgresPool {
        try PostgresPool(
            self[StandardSettings.postgres], applicationName: "tributary", connections: 2, waitForServer: .seconds(10))
    }

    /// The same as the keeper of credentials, where there is a connection of its own for that.
    func keeperPostgres() throws -> PostgresPool {
        try PostgresPool(
            self[OperatorSettings.keeper] ?? self[StandardSettings.postgres], applicationName: "tributary",
            connections: 2, waitForServer: .seconds(10))
    }

    /// Runs `body`, telling whoever connects with a role that may not read credentials which one may.
    func asKeeper<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.kind == .notPermitted {
            throw CommandFailure(
                "this role may not read credentials: set TRIBUTARY_KEEPER_POSTGRES to the database as tributary_keeper",
                exitCode: .unavailable)
        }
    }

    /// How to reach the brokers.
    var kafka: KafkaConfiguration {
        KafkaConfiguration(
            bootstrapServers: self[StandardSettings.kafka], clientID: "tributary",
            properties: self[ConnectionSettings.kafkaProperties])
    }

    /// The names of the topics.
    var topics: TopicNames { TopicNames(prefix: self[StandardSettings.topicPrefix]) }

    /// The full name of a topic that a person may have given without the prefix.
    func topic(_ name: String) -> String {
        name.hasPrefix(topics.prefix) ? name : topics.prefix + name
    }
}

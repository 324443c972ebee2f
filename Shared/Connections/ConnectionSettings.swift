import Service

/// The settings of a service's connections to Postgres and Kafka.
public enum ConnectionSettings {
    /// Properties of librdkafka for brokers that ask for TLS or SASL.
    public static let kafkaProperties = Setting<[String: String]>(
        "kafka-properties", environment: "TRIBUTARY_KAFKA_PROPERTIES", default: "",
        summary: "Further librdkafka properties, as name=value separated by semicolons", isSecret: true,
        placeholder: "PROPERTIES", parse: parseProperties)
    /// Connections to Postgres.
    public static let postgresConnections = Setting.integer(
        "postgres-connections", environment: "TRIBUTARY_POSTGRES_CONNECTIONS", in: 1...64, default: "4",
        "Most connections to Postgres that the process opens", placeholder: "COUNT")
    /// Partitions of the topics of records.
    public static let recordPartitions = Setting.integer(
        "record-partitions", environment: "TRIBUTARY_RECORD_PARTITIONS", in: 1...1000, default: "12",
        "Partitions of the topics interactions.* and records.*: at most so many processors share the work",
        placeholder: "COUNT")
    /// Partitions of each provider's doorbell topic.
    public static let doorbellPartitions = Setting.integer(
        "doorbell-partitions", environment: "TRIBUTARY_DOORBELL_PARTITIONS", in: 1...1000, default: "12",
        "Partitions of each topic sync.requested.<provider>: at most so many retrievers share its runs",
        placeholder: "COUNT")
    /// The folder of provider definitions.
    public static let catalog = Setting.text(
        "catalog", environment: "TRIBUTARY_CATALOG", default: "Shared/Catalog/Providers",
        "Folder of the provider definitions", placeholder: "FOLDER")

    /// The settings every service has.
    public static let all: [any SettingDeclaration] = [
        StandardSettings.postgres, StandardSettings.kafka, StandardSettings.topicPrefix, kafkaProperties,
        postgresConnections, recordPartitions, doorbellPartitions,
    ]

    static let parseProperties: @Sendable (String) throws(InvalidValue) -> [String: String] = {
        text throws(InvalidValue) in
        var properties: [String: String] = [:]
        for pair in text.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw InvalidValue("must be name=value pairs separated by semicolons, like security.protocol=SSL")
            }
            properties[parts[0].trimmed] = parts[1].trimmed
        }
        return properties
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

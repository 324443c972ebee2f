/// The properties librdkafka is configured with: ours, those of the operator, and the ones that nobody may change.
struct ClientSettings {
    /// In the order they are set.
    private(set) var values: [(name: String, value: String)]

    /// Properties that the promises of the three services rest on, or that would load code or call back.
    private static let fixed: Set<String> = [
        "acks", "request.required.acks", "enable.idempotence", "enable.auto.commit", "auto.commit.enable",
        "enable.auto.offset.store", "group.id", "group.instance.id", "bootstrap.servers", "metadata.broker.list",
        "client.id", "partitioner", "partition.assignment.strategy", "group.protocol", "auto.offset.reset",
        "allow.auto.create.topics", "transactional.id", "plugin.library.paths", "opaque", "enabled_events",
        "log.queue", "enable.partition.eof", "enable.gapless.guarantee", "session.timeout.ms", "message.timeout.ms",
        "delivery.timeout.ms", "log_level.queue",
    ]

    private init(_ configuration: KafkaConfiguration, _ defaults: KeyValuePairs<String, String>) throws(KafkaError) {
        guard configuration.bootstrapServers.contains(where: { !$0.isWhitespace && $0 != "," }) else {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG",
                "no bootstrap servers are given. Set them to host:port, several separated by commas.")
        }
        for name in configuration.properties.keys.sorted() where Self.isFixed(name) {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG",
                "the property \(name) cannot be set, because delivery rests on the value it has. Remove it.")
        }
        values = [
            ("bootstrap.servers", configuration.bootstrapServers), ("client.id", configuration.clientID),
            // A broker that was emptied gets its topics back within moments; see them soon.
            ("topic.metadata.refresh.interval.ms", "5000"), ("reconnect.backoff.max.ms", "1000"),
            ("socket.keepalive.enable", "true"), ("socket.nagle.disable", "true"),
            ("log.connection.close", "false"),
        ]
        values += defaults.map { ($0.key, $0.value) }
        values += configuration.properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func isFixed(_ name: String) -> Bool { fixed.contains(name) || name.hasSuffix("_cb") }

    /// Settings of a producer: idempotent, all replicas acknowledge, the key decides as in the Java client.
    static func producer(_ configuration: KafkaConfiguration) throws(KafkaError) -> ClientSettings {
        try ClientSettings(
            configuration,
            [
                "enable.idempotence": "true", "acks": "all", "compression.type": "lz4",
                "partitioner": "murmur2_random", "linger.ms": "5",
                "queue.buffering.max.messages": "200000", "queue.buffering.max.kbytes": "262144",
                "message.timeout.ms": String(configuration.deliveryTimeout.wholeMilliseconds),
                // How long a topic that the broker does not know is waited for before messages to it fail.
                "topic.metadata.propagation.max.ms": "3000",
            ])
    }

    /// Settings of a member of `group`: offsets are stored only where the service says so.
    static func consumer(
        _ configuration: KafkaConfiguration, group: String, sessionTimeout: Duration
    ) throws(KafkaError) -> ClientSettings {
        try ClientSettings(
            configuration,
            [
                "group.id": group, "enable.auto.commit": "false", "enable.auto.offset.store": "false",
                "auto.offset.reset": "earliest", "allow.auto.create.topics": "false",
                // Cooperative assignment can abort the process on close in librdkafka 2.0.2 (upstream #4312).
                "partition.assignment.strategy": "range,roundrobin",
                "session.timeout.ms": String(sessionTimeout.wholeMilliseconds),
                "heartbeat.interval.ms": String(min(3000, max(sessionTimeout.wholeMilliseconds / 4, 1))),
                "fetch.wait.max.ms": "50",
                // Whoever joins a group with older knowledge of the topics than this asks for them first. Else a group
                // that comes back to a broker without topics is assigned nothing, and stays so: when they are made,
                // librdkafka sees the topics that it knew before and no change (`rd_kafka_cgrp_join`). What is known is
                // refreshed before it is too old.
                "metadata.max.age.ms": "3000", "topic.metadata.refresh.interval.ms": "2000",
            ])
    }

    /// Settings of a client that only asks and creates.
    static func administration(_ configuration: KafkaConfiguration) throws(KafkaError) -> ClientSettings {
        try ClientSettings(configuration, [:])
    }
}

extension Duration {
    /// The whole milliseconds in this duration, between 0 and the largest that librdkafka takes.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, seconds < 2_000_000 else { return seconds < 0 ? 0 : 2_000_000_000 }
        return Int32(seconds * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000)
    }
}

/// How grave a line of librdkafka's log is, as syslog has it.
public enum KafkaLogLevel: Int32, Sendable, Comparable, CaseIterable {
    case emergency, alert, critical, error, warning, notice, info, debug

    /// Graver is smaller, as syslog has it.
    public static func < (left: KafkaLogLevel, right: KafkaLogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Takes what librdkafka has to say: level, facility (a short fixed word such as `FAIL`) and text. Called on any
/// thread, librdkafka's own included, so it has to return at once and must not call back into this module.
public typealias KafkaLog = @Sendable (_ level: KafkaLogLevel, _ facility: String, _ text: String) -> Void

/// How to reach the broker. Nothing is connected or checked here; the clients do that when they are made.
public struct KafkaConfiguration: Sendable {
    /// Host and port of some brokers, separated by commas: `a:9092,b:9092`.
    public var bootstrapServers: String
    /// How this process names itself to the broker.
    public var clientID: String
    /// Further properties of librdkafka by their names, such as `security.protocol` and `sasl.password`. They win over
    /// this module's defaults, except for those that the guarantees rest on; these are refused.
    public var properties: [String: String]
    /// How long a message may wait for its acknowledgement before sending it has failed.
    public var deliveryTimeout: Duration
    /// How long an administrative call may take.
    public var requestTimeout: Duration
    /// Where librdkafka's log goes; nothing is ever written to stderr.
    public var log: KafkaLog

    /// A way to reach `bootstrapServers`.
    public init(
        bootstrapServers: String, clientID: String, properties: [String: String] = [:],
        deliveryTimeout: Duration = .seconds(60), requestTimeout: Duration = .seconds(10),
        log: @escaping KafkaLog = { _, _, _ in }
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
        self.deliveryTimeout = deliveryTimeout
        self.requestTimeout = requestTimeout
        self.log = log
    }

    /// Makes and discards a client, so that wrong settings show at start-up and not at the first message.
    /// - Throws: `KafkaError` of kind `configuration`, naming the property; never its value.
    public func validate() throws(KafkaError) {
        try ClientHandle.producer(self).destroy()
        try ClientHandle.consumer(self, group: "validation", sessionTimeout: .seconds(6)).destroy()
    }
}

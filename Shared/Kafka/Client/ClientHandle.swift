import CRdKafka

/// A librdkafka client with what its callbacks need. `@unchecked Sendable`: librdkafka's functions may be called from
/// any thread; what may be called by one thread only is up to the owner.
final class ClientHandle: @unchecked Sendable {
    /// What rebalancing calls, on the thread that polls.
    typealias Rebalance = (
        _ code: rd_kafka_resp_err_t, _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> Void

    /// The client.
    let pointer: OpaquePointer
    private let callbacks: CallbackContext

    private init(
        _ type: rd_kafka_type_t, _ settings: ClientSettings, log: @escaping KafkaLog, rebalances: Bool = false,
        events: Int32 = 0
    ) throws(KafkaError) {
        let conf: OpaquePointer = rd_kafka_conf_new()
        var isTaken = false
        defer { if !isTaken { rd_kafka_conf_destroy(conf) } }
        try Self.apply(settings, to: conf)
        let callbacks = CallbackContext(log: log)
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(callbacks).toOpaque())
        rd_kafka_conf_set_log_cb(conf, CallbackContext.logCallback)
        if events != 0 { rd_kafka_conf_set_events(conf, events) }
        if rebalances { rd_kafka_conf_set_rebalance_cb(conf, CallbackContext.rebalanceCallback) }
        var text = [CChar](repeating: 0, count: 512)
        guard let pointer = rd_kafka_new(type, conf, &text, text.count) else {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG", "the settings do not fit together: \(readable(text)).")
        }
        isTaken = true
        self.pointer = pointer
        self.callbacks = callbacks
    }

    static func producer(_ configuration: KafkaConfiguration) throws(KafkaError) -> ClientHandle {
        try ClientHandle(
            RD_KAFKA_PRODUCER, .producer(configuration), log: configuration.log,
            events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
    }

    static func consumer(
        _ configuration: KafkaConfiguration, group: String, sessionTimeout: Duration
    ) throws(KafkaError) -> ClientHandle {
        try ClientHandle(
            RD_KAFKA_CONSUMER, .consumer(configuration, group: group, sessionTimeout: sessionTimeout),
            log: configuration.log, rebalances: true)
    }

    static func administration(_ configuration: KafkaConfiguration) throws(KafkaError) -> ClientHandle {
        try ClientHandle(RD_KAFKA_PRODUCER, .administration(configuration), log: configuration.log)
    }

    /// What rebalancing calls; set before subscribing, cleared before letting go of what it captures.
    func onRebalance(_ handler: Rebalance?) { callbacks.rebalance = handler }

    /// The id of the cluster as of the newest metadata, if there is one yet. Does not wait.
    var knownClusterID: String? {
        guard let text = rd_kafka_clusterid(pointer, 0) else { return nil }
        defer { rd_kafka_mem_free(pointer, text) }
        return String(cString: text)
    }

    /// The error that makes this client useless, if there is one.
    var fatalError: rd_kafka_resp_err_t? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(pointer, &text, text.count)
        return code.isSuccess ? nil : code
    }

    /// The error of a response code. Where the broker was not reached, librdkafka's code says nothing of the reason (no
    /// such host, refused, wrong password, wrong certificate); the last connection's failure does.
    func error(_ code: rd_kafka_resp_err_t, _ what: String) -> KafkaError {
        var error = KafkaError(code, what)
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__WAIT_COORD:
            if let cause = callbacks.lastConnectionFailure {
                error.text += " The last connection that failed: \(cause)."
            }
        default: break
        }
        return error
    }

    /// Ends the client; it may not be used afterwards. Blocks until its threads have ended.
    func destroy() { rd_kafka_destroy(pointer) }

    private static func apply(_ settings: ClientSettings, to conf: OpaquePointer) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        for (name, value) in settings.values {
            switch rd_kafka_conf_set(conf, name, value, &text, text.count) {
            case RD_KAFKA_CONF_OK:
                continue
            case RD_KAFKA_CONF_UNKNOWN:
                throw KafkaError(
                    .configuration, code: "_INVALID_ARG",
                    "librdkafka \(String(cString: rd_kafka_version_str())) has no property \(name). Check its spelling."
                )
            default:
                // librdkafka's own text repeats the value, which may be a secret in the wrong place.
                throw KafkaError(
                    .configuration, code: "_INVALID_ARG",
                    "the property \(name) does not take the value it was given. See librdkafka's CONFIGURATION.md.")
            }
        }
    }
}

/// The text in a buffer that a C function wrote to.
func readable(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

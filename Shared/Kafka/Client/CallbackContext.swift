import CRdKafka
import Synchronization

/// What librdkafka hands back to its callbacks. Lives as long as the handle that owns it.
final class CallbackContext {
    private let log: KafkaLog
    private let connectionFailure = Mutex<String?>(nil)
    /// Set and called on the thread that polls only.
    var rebalance: ClientHandle.Rebalance?

    init(log: @escaping KafkaLog) { self.log = log }

    /// Why the last connection to a broker failed, as librdkafka says it; nil if none has.
    var lastConnectionFailure: String? { connectionFailure.withLock { $0 } }

    private func note(_ level: KafkaLogLevel, _ facility: String, _ text: String) {
        if facility == "FAIL" {
            // "[thrd:name]: what happened"
            let cause =
                text.hasPrefix("[thrd:") ? text.split(separator: "]: ", maxSplits: 1).last.map(String.init) : text
            connectionFailure.withLock { $0 = cause }
        }
        log(level, facility, text)
    }

    private static func context(of client: OpaquePointer?) -> CallbackContext? {
        guard let client, let opaque = rd_kafka_opaque(client) else { return nil }
        return Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// Lines of the log, on any of librdkafka's threads.
    static let logCallback:
        @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
            client, level, facility, text in
            guard let context = CallbackContext.context(of: client), let facility, let text else { return }
            context.note(KafkaLogLevel(rawValue: level) ?? .debug, String(cString: facility), String(cString: text))
        }

    /// Assignments of a consumer, on the thread that polls.
    static let rebalanceCallback:
        @convention(c) (
            OpaquePointer?, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
            UnsafeMutableRawPointer?
        ) -> Void = { client, code, partitions, _ in
            guard let context = CallbackContext.context(of: client), let partitions else { return }
            context.rebalance?(code, partitions)
        }
}

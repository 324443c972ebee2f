import CRdKafka

/// A commit under way, carried by librdkafka as an opaque pointer and settled once, on the consumer's thread.
final class CommitTicket {
    private let finish: (Result<Void, any Error>) -> Void

    init(_ finish: @escaping (Result<Void, any Error>) -> Void) { self.finish = finish }

    /// Ends the commit with the broker's answer.
    func settle(_ code: rd_kafka_resp_err_t) {
        finish(Self.isHarmless(code) ? .success(()) : .failure(KafkaError(code, "Storing offsets")))
    }

    /// Codes that say that the partitions are no longer this member's: whoever has them reads the messages again.
    private static func isHarmless(_ code: rd_kafka_resp_err_t) -> Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
            RD_KAFKA_RESP_ERR__NO_OFFSET:
            true
        default: false
        }
    }

    /// librdkafka's callback.
    static let callback:
        @convention(c) (
            OpaquePointer?, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
            UnsafeMutableRawPointer?
        ) -> Void = { _, code, _, opaque in
            guard let opaque else { return }
            Unmanaged<CommitTicket>.fromOpaque(opaque).takeRetainedValue().settle(code)
        }
}

import CRdKafka

extension KafkaError {
    /// The error of a response code. `what` says what was tried, as the start of a sentence: "Sending to topic x".
    init(_ code: rd_kafka_resp_err_t, _ what: String, detail: String? = nil) {
        let explanation = detail ?? String(cString: rd_kafka_err2str(code))
        let kind = Self.kind(of: code)
        let advice = Self.advice(for: kind).map { " " + $0 } ?? ""
        self.init(
            kind, code: String(cString: rd_kafka_err2name(code)), "\(what) failed: \(explanation).\(advice)")
    }

    /// The group of a response code. What is not named can pass by itself (most of the protocol's codes do), so it
    /// counts as retriable.
    static func kind(of code: rd_kafka_resp_err_t) -> Kind {
        switch code {
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, unknownTopicID:
            .unknownTopic
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR_INVALID_RECORD,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
            .refused
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            .authorization
        case RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
            RD_KAFKA_RESP_ERR_POLICY_VIOLATION, RD_KAFKA_RESP_ERR__INVALID_ARG,
            RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
            .configuration
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
            RD_KAFKA_RESP_ERR_INVALID_REQUEST:
            .unsupported
        default:
            .retriable
        }
    }

    /// Known to librdkafka from 2.2 on.
    private static let unknownTopicID = rd_kafka_resp_err_t(100)

    /// What a person or a service does about a group, as a sentence.
    private static func advice(for kind: Kind) -> String? {
        switch kind {
        case .retriable: nil
        case .unknownTopic: "Create the topic and try again."
        case .refused: "The message cannot be sent as it is."
        case .authorization: "Check the credentials and access rights of this client at the broker."
        case .configuration: "Correct the settings."
        case .unsupported: "Use a broker that supports it."
        case .fatal: "Start this client anew."
        }
    }
}

extension rd_kafka_resp_err_t {
    /// Whether this code says that all went well.
    var isSuccess: Bool { self == RD_KAFKA_RESP_ERR_NO_ERROR }
}

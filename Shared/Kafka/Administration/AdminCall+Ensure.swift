import CRdKafka
import Glibc

extension AdminCall {
    /// Makes `topics` exist, and waits up to `patience` until the broker tells of them.
    func ensure(_ topics: [TopicSpecification], patience: Duration) throws(KafkaError) {
        for topic in topics where topic.partitions < 1 || topic.name.isEmpty {
            throw KafkaError(
                .configuration, code: "_INVALID_ARG", "topic \"\(topic.name)\" needs a name and at least one partition."
            )
        }
        let plan = TopicPlan(topics, existing: try partitions())
        if !plan.create.isEmpty { try create(plan.create) }
        if !plan.grow.isEmpty {
            try check(try grow(plan.grow), allowing: RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, "Adding partitions to topic")
        }
        let deadline = ContinuousClock.now + patience
        // Each broker of a cluster learns of a topic in its own time.
        while !TopicPlan(topics, existing: try partitions()).isEmpty {
            guard ContinuousClock.now < deadline else {
                throw KafkaError(
                    .retriable, code: "_TIMED_OUT",
                    "the broker created topics, but does not list them after \(patience).")
            }
            usleep(20_000)
        }
    }

    /// Creates topics with the broker's own replication; brokers that want a number get 1, and those that refuse a
    /// cleanup policy get none.
    private func create(_ topics: [TopicSpecification]) throws(KafkaError) {
        var results = try create(topics, compacted: true, replication: -1)
        let isRefused: (TopicResult, Set<Int32>) -> Bool = { $1.contains($0.code.rawValue) }
        let replicationCodes: Set<Int32> = [RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR.rawValue]
        if results.contains(where: { isRefused($0, replicationCodes) }) {
            results = try create(topics, compacted: true, replication: 1)
        }
        let policyCodes: Set<Int32> = [
            RD_KAFKA_RESP_ERR_INVALID_CONFIG.rawValue, RD_KAFKA_RESP_ERR_POLICY_VIOLATION.rawValue,
            RD_KAFKA_RESP_ERR_INVALID_REQUEST.rawValue, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION.rawValue,
        ]
        let refused = Set(results.filter { isRefused($0, policyCodes) }.map(\.name))
        let again = topics.filter { refused.contains($0.name) && $0.isCompacted }
        if !again.isEmpty {
            results = results.filter { result in !again.contains { $0.name == result.name } }
            results += try create(again, compacted: false, replication: -1)
        }
        try check(results, allowing: RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "Creating topic")
    }

    /// Deletes `topics`, and waits up to `patience` until the broker no longer tells of them. Those that are not there
    /// are no error.
    func deleteAll(_ topics: [String], patience: Duration) throws(KafkaError) {
        try check(try delete(topics), allowing: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "Deleting topic")
        let deadline = ContinuousClock.now + patience
        while true {
            let remaining = try partitions().keys
            guard topics.contains(where: remaining.contains) else { return }
            guard ContinuousClock.now < deadline else {
                throw KafkaError(
                    .retriable, code: "_TIMED_OUT", "the broker still lists deleted topics after \(patience).")
            }
            usleep(20_000)
        }
    }

    private func check(
        _ results: [TopicResult], allowing allowed: rd_kafka_resp_err_t, _ what: String
    ) throws(KafkaError) {
        for result in results where !result.code.isSuccess && result.code != allowed {
            throw KafkaError(result.code, "\(what) \(result.name)", detail: result.text)
        }
    }
}

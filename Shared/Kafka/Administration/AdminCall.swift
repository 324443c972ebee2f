import CRdKafka

/// One administrative request and its answer. Blocks; for the administration's own thread only.
struct AdminCall {
    let handle: ClientHandle
    /// How long the request may take, in milliseconds.
    let timeout: Int32
    /// Where the broker is said to be.
    let servers: String

    /// Creates `topics`.
    /// - Parameter compacted: whether the cleanup policy is asked for; some brokers do not know it.
    /// - Returns: the code and the broker's text for each topic.
    func create(_ topics: [TopicSpecification], compacted: Bool, replication: Int32) throws(KafkaError) -> [TopicResult]
    {
        var text = [CChar](repeating: 0, count: 512)
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewTopic_destroy(request) } }
        for topic in topics {
            guard let request = rd_kafka_NewTopic_new(topic.name, topic.partitions, replication, &text, text.count)
            else {
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "Creating topic \(topic.name)", detail: readable(text))
            }
            requests.append(request)
            if topic.isCompacted && compacted { rd_kafka_NewTopic_set_config(request, "cleanup.policy", "compact") }
        }
        return try perform("Creating topics at \(servers)") { queue in
            rd_kafka_CreateTopics(handle.pointer, &requests, requests.count, nil, queue)
        } read: { event in
            var count = 0
            return topicResults(
                rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count), count)
        }
    }

    /// Raises the number of partitions of `topics`.
    func grow(_ topics: [TopicSpecification]) throws(KafkaError) -> [TopicResult] {
        var text = [CChar](repeating: 0, count: 512)
        var requests: [OpaquePointer?] = []
        defer { for request in requests { rd_kafka_NewPartitions_destroy(request) } }
        for topic in topics {
            let count = Int(max(topic.partitions, 1))
            guard let request = rd_kafka_NewPartitions_new(topic.name, count, &text, text.count) else {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__INVALID_ARG, "Adding partitions to \(topic.name)", detail: readable(text))
            }
            requests.append(request)
        }
        return try perform("Adding partitions at \(servers)") { queue in
            rd_kafka_CreatePartitions(handle.pointer, &requests, requests.count, nil, queue)
        } read: { event in
            var count = 0
            return topicResults(
                rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count), count)
        }
    }

    /// Deletes topics with all they hold.
    func delete(_ topics: [String]) throws(KafkaError) -> [TopicResult] {
        var requests = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { for request in requests { rd_kafka_DeleteTopic_destroy(request) } }
        return try perform("Deleting topics at \(servers)") { queue in
            rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, nil, queue)
        } read: { event in
            var count = 0
            return topicResults(
                rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count), count)
        }
    }

    /// The number of partitions of every topic there is. Asking for all topics creates none.
    func partitions() throws(KafkaError) -> [String: Int32] {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(handle.pointer, 1, nil, &answer, timeout)
        guard code.isSuccess, let metadata = answer else {
            throw handle.error(code, "Asking the broker at \(servers) for its topics")
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        var partitions: [String: Int32] = [:]
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let topic = metadata.pointee.topics[index]
            guard topic.partition_cnt > 0, let name = topic.topic else { continue }
            partitions[String(cString: name)] = topic.partition_cnt
        }
        return partitions
    }

    private func perform<Answer>(
        _ what: String, _ send: (OpaquePointer?) -> Void, read: (OpaquePointer) -> Answer
    ) throws(KafkaError) -> Answer {
        let queue = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        send(queue)
        guard let event = rd_kafka_queue_poll(queue, timeout) else {
            throw handle.error(RD_KAFKA_RESP_ERR__TIMED_OUT, what)
        }
        defer { rd_kafka_event_destroy(event) }
        let code = rd_kafka_event_error(event)
        guard code.isSuccess else {
            throw KafkaError(code, what, detail: rd_kafka_event_error_string(event).map { String(cString: $0) })
        }
        return read(event)
    }

    private func topicResults(_ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) -> [TopicResult] {
        guard let results else { return [] }
        return (0..<count).map { index in
            let result = results[index]
            return TopicResult(
                name: String(cString: rd_kafka_topic_result_name(result)), code: rd_kafka_topic_result_error(result),
                text: rd_kafka_topic_result_error_string(result).map { String(cString: $0) })
        }
    }
}

/// What the broker answered about one topic.
struct TopicResult {
    var name: String
    var code: rd_kafka_resp_err_t
    var text: String?
}

import CRdKafka
import CRdKafkaShim
import Models
import Synchronization

/// The one thread that owns a librdkafka consumer. What the group does (rebalances, errors, results of commits) and
/// the messages come on two queues: the first is always served, the second only while somebody polls. So not polling
/// holds back messages and nothing else; a member that is busy does not hold up the group.
/// `@unchecked Sendable`: all but the inbox is touched by its own thread only.
final class ConsumerThread: @unchecked Sendable {
    private struct Inbox {
        var requests: [ConsumerRequest] = []
        var isClosed = false
    }

    private let handle: ClientHandle
    private let groupQueue: OpaquePointer
    private let messageQueue: OpaquePointer
    private let wake: Int32
    private let inbox = Mutex(Inbox())
    private let log: KafkaLog

    private var assignment = Assignment()
    private var polls: [ConsumerPoll] = []
    private var closing: [CheckedContinuation<Void, Never>] = []
    private var mustClose = false
    private var commitsUnderWay = 0
    private var failure: KafkaError?

    init(_ configuration: KafkaConfiguration, group: String, topics: [String], sessionTimeout: Duration)
        throws(KafkaError)
    {
        let handle = try ClientHandle.consumer(configuration, group: group, sessionTimeout: sessionTimeout)
        self.handle = handle
        log = configuration.log
        rd_kafka_poll_set_consumer(handle.pointer)
        groupQueue = rd_kafka_queue_get_consumer(handle.pointer)
        messageQueue = rd_kafka_queue_new(handle.pointer)
        wake = kafka_shim_wake_open()
        do throws(KafkaError) {
            guard wake >= 0 else {
                throw KafkaError(
                    .fatal, code: "_CRIT_SYS_RESOURCE", "no file descriptor is left. Raise the process's limit.")
            }
            kafka_shim_wake_on(groupQueue, wake)
            kafka_shim_wake_on(messageQueue, wake)
            try subscribe(to: topics)
            try DedicatedThread.start("kafka-consumer") { [self] in run() }
        } catch {
            release()
            throw error
        }
    }

    /// Hands a request to the thread.
    /// - Returns: whether it will be answered; not after `close`.
    func ask(_ request: ConsumerRequest) -> Bool {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.requests.append(request)
            if case .close = request { inbox.isClosed = true }
            // Under the lock, because the thread closes the descriptor at its end.
            kafka_shim_wake(wake)
            return true
        }
        return isTaken
    }

    private func subscribe(to topics: [String]) throws(KafkaError) {
        let list = rd_kafka_topic_partition_list_new(Int32(clamping: topics.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for topic in topics { rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA) }
        let code = rd_kafka_subscribe(handle.pointer, list)
        guard code.isSuccess else {
            throw KafkaError(code, "Subscribing to \(topics.joined(separator: ", "))")
        }
    }

    // MARK: The loop

    private func run() {
        handle.onRebalance { [unowned self] code, partitions in rebalance(code, partitions) }
        while true {
            for request in inbox.withLock({ inbox in
                defer { inbox.requests = [] }
                return inbox.requests
            }) { take(request) }
            serveGroup()
            servePolls()
            if mustClose { break }
            kafka_shim_wake_wait(wake, patience())
        }
        close()
    }

    /// How long there is nothing to do unless something happens, in milliseconds.
    private func patience() -> Int32 {
        guard let next = polls.map(\.deadline).min() else { return 1000 }
        return min(max((next - .now).wholeMilliseconds, 0) + 1, 1000)
    }

    private func take(_ request: ConsumerRequest) {
        switch request {
        case .poll(let poll): polls.append(poll)
        case .cancelPoll(let id):
            for poll in polls where poll.id == id { poll.continuation.resume(throwing: CancellationError()) }
            polls.removeAll { $0.id == id }
        case .commit(let messages, let continuation): commit(messages, continuation)
        case .lag(let continuation): continuation.resume(returning: lag())
        case .close(let continuation):
            if let continuation { closing.append(continuation) }
            mustClose = true
        }
    }

    /// Rebalances and the results of commits run inside; what comes out are errors.
    private func serveGroup() {
        for message in consume(groupQueue, 64) {
            note(message)
            rd_kafka_message_destroy(message)
        }
    }

    private func servePolls() {
        if let failure, let poll = polls.first {
            self.failure = nil
            polls.removeFirst()
            poll.continuation.resume(throwing: failure)
        }
        while let poll = polls.first {
            let messages = messages(atMost: poll.maximum)
            guard !messages.isEmpty || poll.deadline <= .now else { return }
            polls.removeFirst()
            poll.continuation.resume(returning: messages)
        }
    }

    private func messages(atMost maximum: Int) -> [ReceivedMessage] {
        let raw = consume(messageQueue, maximum)
        defer { for message in raw { rd_kafka_message_destroy(message) } }
        for message in raw where !message.pointee.err.isSuccess { note(message) }
        let messages = MessageDecoder.decode(raw.filter { $0.pointee.err.isSuccess })
        for message in messages {
            assignment.deliver(
                message.offset, of: TopicPartition(topic: message.topic, partition: message.partition))
        }
        return messages
    }

    private func consume(_ queue: OpaquePointer, _ maximum: Int) -> [MessageDecoder.Raw] {
        withUnsafeTemporaryAllocation(of: MessageDecoder.Raw?.self, capacity: maximum) { buffer in
            buffer.initialize(repeating: nil)
            let count = rd_kafka_consume_batch_queue(queue, 0, buffer.baseAddress, buffer.count)
            return count <= 0 ? [] : buffer.prefix(count).compactMap { $0 }
        }
    }

    /// Errors pass by themselves, except for those that need a person, which the next poll throws.
    private func note(_ message: MessageDecoder.Raw) {
        let code = message.pointee.err
        let text =
            rd_kafka_message_errstr(message).map { String(cString: $0) } ?? String(cString: rd_kafka_err2str(code))
        let kind = KafkaError.kind(of: code)
        log(kind == .retriable || kind == .unknownTopic ? .notice : .error, "CONSUME", text)
        if code == RD_KAFKA_RESP_ERR__FATAL {
            failure = KafkaError(.fatal, code: "_FATAL", "reading failed for good: \(text). Start this consumer anew.")
        } else if kind != .retriable && kind != .unknownTopic {
            failure = KafkaError(code, "Reading", detail: text)
        }
    }

    // MARK: The group

    private func rebalance(
        _ code: rd_kafka_resp_err_t, _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        guard code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS else {
            assignment.revokeAll()
            rd_kafka_assign(handle.pointer, nil)
            return
        }
        assignment.revokeAll()
        for index in 0..<Int(partitions.pointee.cnt) {
            let element = partitions.pointee.elems[index]
            assignment.assign(TopicPartition(topic: String(cString: element.topic), partition: element.partition))
            if let queue = rd_kafka_queue_get_partition(handle.pointer, element.topic, element.partition) {
                rd_kafka_queue_forward(queue, messageQueue)
                rd_kafka_queue_destroy(queue)
            }
        }
        rd_kafka_assign(handle.pointer, partitions)
    }

    private func commit(_ messages: [ReceivedMessage], _ continuation: CheckedContinuation<Void, any Error>) {
        let offsets = assignment.offsets(behind: messages)
        guard !offsets.isEmpty else { return continuation.resume() }
        let list = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for (partition, offset) in offsets {
            rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition).pointee.offset = offset
        }
        let ticket = Unmanaged.passRetained(
            CommitTicket { [unowned self] result in
                commitsUnderWay -= 1
                continuation.resume(with: result)
            })
        commitsUnderWay += 1
        let code = rd_kafka_commit_queue(
            handle.pointer, list, groupQueue, CommitTicket.callback, ticket.toOpaque())
        if !code.isSuccess { ticket.takeRetainedValue().settle(code) }
    }

    /// Cached high watermarks less what has been given out. Where nothing has been yet, the committed offsets say
    /// where reading starts; they are asked for once per assignment.
    private func lag() -> Int64 {
        let unknown = assignment.partitions.filter { assignment.position(of: $0) == nil }
        for (partition, offset) in committed(unknown) { assignment.start(partition, at: max(offset, 0)) }
        return assignment.partitions.reduce(0) { sum, partition in
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_get_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high)
            guard code.isSuccess, high >= 0 else { return sum }
            let position = max(assignment.position(of: partition) ?? 0, low, 0)
            return sum + max(high - position, 0)
        }
    }

    private func committed(_ partitions: [TopicPartition]) -> [(TopicPartition, Int64)] {
        guard !partitions.isEmpty else { return [] }
        let list = rd_kafka_topic_partition_list_new(Int32(clamping: partitions.count))
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for partition in partitions { rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition) }
        guard let list, rd_kafka_committed(handle.pointer, list, 1000).isSuccess else { return [] }
        return (0..<Int(list.pointee.cnt)).map { index in
            let element = list.pointee.elems[index]
            return (
                TopicPartition(topic: String(cString: element.topic), partition: element.partition), element.offset
            )
        }
    }

    // MARK: The end

    private func close() {
        for poll in polls { poll.continuation.resume(throwing: CancellationError()) }
        let deadline = ContinuousClock.now + .seconds(5)
        while commitsUnderWay > 0, ContinuousClock.now < deadline {
            serveGroup()
            kafka_shim_wake_wait(wake, 50)
        }
        rd_kafka_consumer_close(handle.pointer)
        release()
        for continuation in closing { continuation.resume() }
    }

    private func release() {
        handle.onRebalance(nil)
        rd_kafka_queue_destroy(messageQueue)
        rd_kafka_queue_destroy(groupQueue)
        handle.destroy()
        if wake >= 0 { kafka_shim_wake_close(wake) }
    }
}

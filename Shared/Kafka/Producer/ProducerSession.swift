import CRdKafka
import CRdKafkaShim
import Models
import Synchronization

/// One librdkafka producer from its making to its end. Its thread takes the delivery reports and, once the session is
/// retired and all messages are settled, ends the client. `@unchecked Sendable`: what changes is behind the mutex.
final class ProducerSession: @unchecked Sendable {
    /// How far `enqueue` came.
    enum Enqueued {
        /// All of them.
        case all
        /// Up to this index; the local queue is full.
        case full(Int)
        /// Up to this index; the message there is refused, and so are those behind it.
        case refused(Int, KafkaError)
    }

    private struct State {
        /// Messages that librdkafka has and has not reported. Below zero for moments, as reports can be quick.
        var outstanding = 0
        /// Calls of `enqueue` going on.
        var users = 0
        var isRetired = false
        var mustPurge = false
        /// A topic was unknown and may be made any moment.
        var mustAskForTopics = false
        var topics: [String: OpaquePointer] = [:]
        var waitingForSpace: [CheckedContinuation<Void, Never>] = []
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    private let handle: ClientHandle
    private let events: OpaquePointer
    private let state = Mutex(State())
    private let log: KafkaLog
    /// For the thread only.
    private var stall = StallWatch(at: .now)
    /// For the thread only: whether the broker has acknowledged anything yet.
    private var hasAcknowledged = false
    /// For the thread only: when to look after the session's health.
    private var nextLook = ContinuousClock.now

    init(_ configuration: KafkaConfiguration) throws(KafkaError) {
        handle = try .producer(configuration)
        events = rd_kafka_queue_get_main(handle.pointer)
        log = configuration.log
        do {
            try DedicatedThread.start("kafka-delivery") { [self] in run() }
        } catch {
            rd_kafka_queue_destroy(events)
            handle.destroy()
            throw error
        }
    }

    /// Whether messages can still be given to it.
    var isUsable: Bool { state.withLock { !$0.isRetired } }

    /// Takes no more messages and ends once all are settled; with `purging`, those in flight fail at once.
    func retire(purging: Bool) {
        state.withLock { state in
            state.isRetired = true
            state.mustPurge = state.mustPurge || purging
        }
    }

    /// Returns when the client has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Returns when there may be space in the local queue again.
    func space() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForSpace.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Gives `messages` from `start` on to librdkafka, which copies them. Does not block.
    func enqueue(_ messages: [Message], from start: Int, batch: Unmanaged<DeliveryBatch>) -> Enqueued {
        let isOpen = state.withLock { state in
            if !state.isRetired { state.users += 1 }
            return !state.isRetired
        }
        guard isOpen else { return .refused(start, Self.replaced) }
        var index = start
        defer {
            state.withLock { state in
                state.outstanding += index - start
                state.users -= 1
            }
        }
        var headers = HeaderBuffer()
        var topic: (name: String, handle: OpaquePointer)?
        while index < messages.count {
            let message = messages[index]
            if topic?.name != message.topic { topic = topicHandle(message.topic).map { (message.topic, $0) } }
            guard let topic else {
                return .refused(index, KafkaError(rd_kafka_last_error(), "Sending to topic \(message.topic)"))
            }
            headers.fill(with: message.headers)
            let code = send(message, to: topic.handle, headers, batch)
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR: index += 1
            case RD_KAFKA_RESP_ERR__QUEUE_FULL: return .full(index)
            default: return .refused(index, failure(code, topic: message.topic))
            }
        }
        return .all
    }

    private func send(
        _ message: Message, to topic: OpaquePointer, _ headers: HeaderBuffer, _ batch: Unmanaged<DeliveryBatch>
    ) -> rd_kafka_resp_err_t {
        (message.key ?? []).withUnsafeBytes { key in
            (message.value ?? []).withUnsafeBytes { value in
                kafka_shim_produce(
                    handle.pointer, topic, message.partition ?? RD_KAFKA_PARTITION_UA, message.key != nil,
                    key.baseAddress, key.count, message.value != nil, value.baseAddress, value.count, headers.bytes,
                    headers.lengths, headers.lengths.count / 2, batch.toOpaque())
            }
        }
    }

    /// The handle of a topic, made at its first message and kept to the session's end.
    private func topicHandle(_ name: String) -> OpaquePointer? {
        state.withLock { state in
            if let known = state.topics[name] { return known }
            guard !name.isEmpty, let made = rd_kafka_topic_new(handle.pointer, name, nil) else { return nil }
            state.topics[name] = made
            return made
        }
    }

    private func run() {
        var cluster: String?
        while !isFinished() {
            if let event = rd_kafka_queue_poll(events, 100) {
                take(event)
                rd_kafka_event_destroy(event)
            }
            wakeSpaceWaiters()
            if state.withLock({ $0.mustPurge }) {
                rd_kafka_purge(handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            }
            if state.withLock({ $0.mustAskForTopics }) { askForTopics() }
            guard ContinuousClock.now >= nextLook else { continue }
            nextLook = .now + .seconds(1)
            lookForStall()
            watch(&cluster)
        }
        end()
    }

    /// A broker that lost everything numbers its producers from the start again: this session's number may then be
    /// somebody else's too, and the broker could take one's messages for repetitions of the other's.
    private func watch(_ cluster: inout String?) {
        if let code = handle.fatalError { replace("the broker answered \(String(cString: rd_kafka_err2name(code)))") }
        guard let seen = handle.knownClusterID else { return }
        if let cluster, cluster != seen { replace("the broker is another cluster now") }
        cluster = seen
    }

    /// The broker that comes back may have lost its memory, and some cannot be told apart from the one that was there.
    /// What is under way keeps its chance to be acknowledged; new messages get a new session with a new number.
    private func disconnected() {
        stall.disconnected()
        if hasAcknowledged { retire(purging: false) }
    }

    private func lookForStall() {
        guard state.withLock({ $0.outstanding > 0 }) else {
            return stall.progressed(at: .now, acknowledged: false)
        }
        guard stall.wantsProbe(at: .now) else { return }
        if stall.probed(isReachable: askForTopics(), at: .now) {
            replace("the broker is there and acknowledges nothing")
        }
    }

    /// Has librdkafka look again at the topics that it was given messages for; by itself it does so every 5 s only.
    /// - Returns: whether the broker answered.
    @discardableResult
    private func askForTopics() -> Bool {
        state.withLock { $0.mustAskForTopics = false }
        var answer: UnsafePointer<rd_kafka_metadata>?
        let isAnswered = rd_kafka_metadata(handle.pointer, 0, nil, &answer, 200).isSuccess
        if isAnswered { rd_kafka_metadata_destroy(answer) }
        return isAnswered
    }

    private func replace(_ reason: String) {
        guard state.withLock({ !$0.mustPurge }) else { return }
        log(.warning, "REBUILD", "the producer is replaced: \(reason)")
        retire(purging: true)
    }

    private func take(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR: settle(event)
        case RD_KAFKA_EVENT_ERROR:
            // librdkafka has logged it; a fatal one is found by `watch`.
            nextLook = .now
            if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { disconnected() }
        default: break
        }
    }

    private func settle(_ event: OpaquePointer) {
        withUnsafeTemporaryAllocation(of: kafka_shim_report_run.self, capacity: 64) { runs in
            var count = kafka_shim_reports(event, runs.baseAddress, runs.count)
            while count > 0 {
                for run in runs.prefix(count) {
                    guard let opaque = run.opaque else { continue }
                    let batch = Unmanaged<DeliveryBatch>.fromOpaque(opaque)
                    let failure =
                        run.error.isSuccess ? nil : failure(run.error, topic: run.topic.map { String(cString: $0) })
                    if batch.takeUnretainedValue().settle(run.count, failure) { batch.release() }
                    state.withLock { $0.outstanding -= run.count }
                    guard failure == nil else { continue }
                    hasAcknowledged = true
                    stall.progressed(at: .now, acknowledged: true)
                }
                count = kafka_shim_reports(event, runs.baseAddress, runs.count)
            }
        }
    }

    /// The error of a message. What a new session heals is retriable, whatever librdkafka thinks of it.
    private func failure(_ code: rd_kafka_resp_err_t, topic: String?) -> KafkaError {
        let what = topic.map { "Sending to topic \($0)" } ?? "Sending"
        switch code {
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT: return Self.replaced
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
            replace("the broker answered \(String(cString: rd_kafka_err2name(code)))")
            return Self.replaced
        default:
            let error = handle.error(code, what)
            if error.kind == .unknownTopic { state.withLock { $0.mustAskForTopics = true } }
            return error
        }
    }

    private static let replaced = KafkaError(
        .retriable, code: "_PURGE_INFLIGHT",
        "the broker lost track of this producer, or the producer was closed; whether the messages arrived is unknown")

    private func wakeSpaceWaiters() {
        let waiters = state.withLock { state in
            defer { state.waitingForSpace = [] }
            return state.waitingForSpace
        }
        for waiter in waiters { waiter.resume() }
    }

    private func isFinished() -> Bool {
        state.withLock { $0.isRetired && $0.users == 0 && $0.outstanding == 0 }
    }

    private func end() {
        let (topics, waiters) = state.withLock { state in
            state.hasEnded = true
            defer { state.topics = [:] }
            return (state.topics.values, state.waitingForEnd + state.waitingForSpace)
        }
        for topic in topics { rd_kafka_topic_destroy(topic) }
        rd_kafka_queue_destroy(events)
        handle.destroy()
        for waiter in waiters { waiter.resume() }
    }
}

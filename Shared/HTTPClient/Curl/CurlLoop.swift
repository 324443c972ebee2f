import CCurl
import CCurlShim
import Glibc

/// Drives all exchanges of a transport with one multi handle on one thread. Everything but `inbox` and
/// ``whenEnded(_:)`` belongs to that thread.
final class CurlLoop: @unchecked Sendable {
    let inbox: CurlInbox
    private let multi: UnsafeMutableRawPointer
    private let settings: CurlSettings
    private var gate: AdmissionGate<CurlExchange>
    /// All exchanges that are not finished, waiting ones included.
    private var exchanges: [CurlExchange] = []
    private var handles: EasyHandlePool
    /// No deadline is earlier; monotonic nanoseconds.
    private var nextDeadline = Int64.max
    private let end = PthreadLock(End())

    private struct End {
        var hasCome = false
        var waiting: [UnsafeContinuation<Void, Never>] = []
    }

    /// Makes the loop and starts its thread, which ends after `inbox.close()`. Nil if there is no memory or thread.
    init?(settings: CurlSettings) {
        guard CurlLibrary.isReady, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.settings = settings
        inbox = CurlInbox(multi: multi)
        handles = EasyHandlePool(maximum: 256)
        gate = AdmissionGate(total: settings.maximumRequests, perHost: settings.maximumRequestsPerHost)
        curl_shim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, settings.maximumIdleConnections))
        // The gate is what binds; this makes libcurl close idle connections of a host before it opens too many.
        curl_shim_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, settings.maximumRequestsPerHost))
        curl_shim_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        guard CurlThread.start({ self.run() }) else {
            _ = inbox.shut()
            curl_multi_cleanup(multi)
            return nil
        }
    }

    /// Returns when the thread has ended.
    func whenEnded() async {
        await withUnsafeContinuation { continuation in
            let isOver = end.withLock { end in
                if !end.hasCome { end.waiting.append(continuation) }
                return end.hasCome
            }
            if isOver { continuation.resume() }
        }
    }

    private func run() {
        while true {
            let mail = inbox.take()
            for command in mail.commands { obey(command) }
            if mail.isClosing { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collect()
            expire(now: MonotonicTime.now)
            if curl_multi_poll(multi, nil, 0, pause(now: MonotonicTime.now), nil) != CURLM_OK {
                usleep(10_000)  // no memory for a moment: neither give up nor spin
            }
        }
        finishAll()
    }

    private func obey(_ command: CurlInbox.Command) {
        switch command {
        case .start(let exchange, let continuation):
            exchange.continuation = continuation
            exchange.position = exchanges.count
            exchanges.append(exchange)
            if exchange.isCancelled { return finish(exchange, .failure(exchange.failure(.cancelled))) }
            let deadline = MonotonicTime.after(exchange.request.limits.total, from: MonotonicTime.now)
            exchange.totalDeadline = deadline
            nextDeadline = min(nextDeadline, deadline)
            if gate.enter(exchange, host: exchange.hostKey) { begin(exchange) }
        case .cancel(let exchange):
            exchange.isCancelled = true
            // Before its start has come it is only marked; the start then finishes it.
            if exchange.continuation != nil { finish(exchange, .failure(exchange.failure(.cancelled))) }
        }
    }

    /// Hands an admitted exchange to libcurl.
    private func begin(_ exchange: CurlExchange) {
        exchange.holdsAdmission = true
        exchange.phase = .connecting
        guard let handle = handles.take() else {
            return finish(exchange, .failure(HTTPError(.other, "\(exchange.url.host): out of memory")))
        }
        exchange.handle = handle
        guard exchange.configure(handle, settings: settings), curl_multi_add_handle(multi, handle) == CURLM_OK else {
            return finish(exchange, .failure(HTTPError(.other, "\(exchange.url.host): libcurl refused the request")))
        }
    }

    /// Finishes what libcurl has finished.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let context = curl_shim_get_private(handle)
            else { continue }
            let exchange = Unmanaged<CurlExchange>.fromOpaque(context).takeUnretainedValue()
            finish(exchange, exchange.outcome(message.pointee.data.result, handle: handle))
        }
    }

    private func finish(_ exchange: CurlExchange, _ result: Result<HTTPResponse, HTTPError>) {
        guard exchange.phase != .finished, let continuation = exchange.continuation else { return }
        exchange.phase = .finished
        exchange.continuation = nil
        if let handle = exchange.handle {
            curl_multi_remove_handle(multi, handle)
            handles.give(back: handle)
            exchange.handle = nil
        }
        exchange.releaseLists()
        let last = exchanges.removeLast()
        if last !== exchange {
            exchanges[exchange.position] = last
            last.position = exchange.position
        }
        continuation.resume(returning: result)
        if exchange.holdsAdmission {
            gate.leave(host: exchange.hostKey)
            admitWaiting()
        }
    }

    private func admitWaiting() {
        while let exchange = gate.next() {
            if exchange.phase == .finished {
                gate.leave(host: exchange.hostKey)  // it ended while it waited
            } else {
                begin(exchange)
            }
        }
    }

    /// Ends what is past its time. libcurl watches the connecting itself.
    private func expire(now: Int64) {
        for exchange in exchanges { nextDeadline = min(nextDeadline, exchange.firstByteDeadline) }
        guard now >= nextDeadline else { return }
        for exchange in exchanges where exchange.totalDeadline <= now || exchange.firstByteDeadline <= now {
            let kind: HTTPError.Kind = exchange.totalDeadline <= now ? .timeoutTotal : .timeoutFirstByte
            finish(exchange, .failure(exchange.failure(kind)))
        }
        nextDeadline = exchanges.reduce(Int64.max) { min($0, $1.totalDeadline, $1.firstByteDeadline) }
    }

    /// Milliseconds until the next deadline, rounded up so that it has passed after them.
    private func pause(now: Int64) -> Int32 {
        Int32(clamping: min(60_000, max(0, (nextDeadline &- now) / 1_000_000 &+ 1)))
    }

    private func finishAll() {
        while let exchange = exchanges.last {
            exchange.holdsAdmission = false  // nobody is let in any more
            finish(exchange, .failure(exchange.failure(.cancelled)))
        }
        for case .start(let exchange, let continuation) in inbox.shut() {
            continuation.resume(returning: .failure(exchange.failure(.cancelled)))
        }
        handles.drain()
        curl_multi_cleanup(multi)
        let waiting = end.withLock { end in
            end.hasCome = true
            return end.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

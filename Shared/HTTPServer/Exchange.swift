import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// One request and its response. The daemon's thread reads the request and sends the response; in between the
/// connection is suspended and a task runs the handler.
final class Exchange: @unchecked Sendable {
    let connection: OpaquePointer
    /// Names the connection to ``ServerCore``.
    var key: UInt { UInt(bitPattern: connection) }
    private let core: ServerCore
    private let begin = ContinuousClock.now

    // Of the daemon's thread only.
    private var request = Request()
    private var received = 0
    private var refusal: Problem?

    private enum Phase {
        case receiving
        /// The connection is suspended, the handler at work.
        case handling(Task<Void, Never>?, since: ContinuousClock.Instant)
        /// There is a response, and the connection has been resumed.
        case answered(Response)
        case sending(ResponseStream?)
        case ended
    }
    private let phase = Mutex(Phase.receiving)

    init(connection: OpaquePointer, core: ServerCore) {
        self.connection = connection
        self.core = core
    }

    /// Reads the request line and the headers. What is wrong with them is answered at once, before the body.
    func readHead(method: String, path: String) -> MHD_Result {
        var head = RequestHead(connection: connection)
        head.read(method: method, path: path)
        request = head.request
        if let problem = head.problem(core.configuration) { return reply(problem.response, closing: true) }
        return .YES
    }

    /// Takes a part of the body.
    func receive(_ data: UnsafeRawBufferPointer) -> MHD_Result {
        received += data.count
        if received > core.configuration.bodyBytes {
            refusal = RequestHead.tooLarge(core.configuration)
            request.body = []
            // The reply can only be sent when the body has ended; who goes on and on is cut off.
            return received > core.configuration.bodyBytes * 2 + (1 << 20) ? .NO : .YES
        }
        request.body += data
        return .YES
    }

    /// Goes on after the whole request has arrived, and again after the connection was resumed.
    func proceed() -> MHD_Result {
        let response = phase.withLock { phase -> Response? in
            if case .answered(let response) = phase { return response }
            return nil
        }
        if let response { return reply(response, closing: core.isDraining) }
        if let refusal { return reply(refusal.response, closing: true) }
        if core.isRefusing {
            return reply(Problem(503, detail: "The server is being stopped.").response, closing: true)
        }
        // Suspended first: the answer may come, and resume it, before this function returns.
        phase.withLock { phase in
            phase = .handling(nil, since: .now)
            MHD_suspend_connection(connection)
        }
        let task = Task { [request, core] in await answer(request, core) }
        phase.withLock { phase in
            if case .handling(nil, let since) = phase { phase = .handling(task, since: since) }
        }
        // Between the check above and the suspension the server may have begun to refuse.
        if core.isRefusing { abandon(Problem(503, detail: "The server is being stopped.")) }
        return .YES
    }

    private func answer(_ request: Request, _ core: ServerCore) async {
        do {
            finish(try await core.handler(request))
        } catch let problem as Problem {
            finish(problem.response)
        } catch {
            if !Task.isCancelled { core.report(.handler(method: request.method, path: request.path, error: error)) }
            finish(Problem(500, detail: "The fault is on this side and has been logged.").response)
        }
    }

    /// Stores the response and resumes the connection, unless there is one already.
    private func finish(_ response: Response) {
        phase.withLock { phase in
            guard case .handling = phase else { return }
            phase = .answered(response)
            // Under the lock, so that the exchange cannot end in between and take the connection with it.
            MHD_resume_connection(connection)
        }
    }

    /// Answers in the handler's stead and cancels it; breaks off a request that has not arrived as a whole, and a
    /// response that is being streamed.
    func abandon(_ problem: Problem) {
        let (task, stream, isReceiving) = phase.withLock { phase -> (Task<Void, Never>?, ResponseStream?, Bool) in
            switch phase {
            case .receiving: (nil, nil, true)
            case .handling(let task, _): (task, nil, false)
            case .sending(let stream): (nil, stream, false)
            case .answered, .ended: (nil, nil, false)
            }
        }
        finish(problem.response)
        task?.cancel()
        stream?.fail()
        if isReceiving { core.breakOff(self) }
    }

    /// Ends what has taken too long.
    func checkTime(_ now: ContinuousClock.Instant) {
        enum Late { case no, receiving, handling }
        let late = phase.withLock { phase -> Late in
            switch phase {
            case .receiving: now - begin > core.configuration.receiving ? .receiving : .no
            case .handling(_, let since): now - since > core.configuration.handling ? .handling : .no
            case .answered, .sending, .ended: .no
            }
        }
        switch late {
        case .no: break
        case .receiving: core.breakOff(self)
        case .handling:
            core.report(.timeout(method: request.method, path: request.path))
            abandon(Problem(503, detail: "The answer took too long.", headers: [HeaderField("Retry-After", "5")]))
        }
    }

    /// The daemon has done with it: sent, broken off or closed.
    func end() {
        let (task, stream) = phase.withLock { phase -> (Task<Void, Never>?, ResponseStream?) in
            defer { phase = .ended }
            switch phase {
            case .handling(let task, _): return (task, nil)
            case .sending(let stream): return (nil, stream)
            case .receiving, .answered, .ended: return (nil, nil)
            }
        }
        task?.cancel()
        stream?.fail()
    }

    private func reply(_ response: Response, closing: Bool) -> MHD_Result {
        var response = response
        var (reply, stream) = Reply.make(response, connection: connection, closing: closing)
        if reply == nil {
            core.report(.library("a header of the response to \(request.method) \(request.path) is not valid"))
            response = Problem(500, detail: "The fault is on this side and has been logged.").response
            (reply, stream) = Reply.make(response, connection: connection, closing: closing)
        }
        guard let reply else { return .NO }
        phase.withLock { $0 = .sending(stream) }
        // After the phase is set: whoever begins to refuse later finds the stream there, and nothing stays suspended.
        if core.isRefusing { stream?.fail() }
        defer { MHD_destroy_response(reply) }
        return MHD_queue_response(connection, UInt32(clamping: response.status), reply)
    }
}

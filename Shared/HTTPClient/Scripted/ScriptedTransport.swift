/// A transport in memory that answers from a script, for tests and for checking a provider's recorded exchanges.
/// It validates requests, follows redirects, and applies limits as `CurlTransport` does.
public final class ScriptedTransport: HTTPTransport {
    /// How requests find their line.
    public enum Order: Sendable {
        /// The first request must fit the first line, and so on. Each line is used once.
        case ordered
        /// A request takes the first unused line that it fits.
        case matched
        /// A request takes the first line that it fits; lines are used as often as they are asked for.
        case repeating
    }

    private struct State {
        var script: [ScriptedExchange]
        var requests: [HTTPRequest] = []
        var unexpected: [String] = []
    }

    private let order: Order
    private let state: PthreadLock<State>

    /// A transport with a script.
    public init(_ script: [ScriptedExchange], order: Order = .ordered) {
        self.order = order
        state = PthreadLock(State(script: script))
    }

    /// All requests in the order in which they came, hops of redirects included.
    public var requests: [HTTPRequest] { state.withLock { $0.requests } }
    /// What was wrong with requests that the script does not have: each also ended with an `HTTPError` of kind
    /// `other`. A test ends by expecting this to be empty.
    public var unexpected: [String] { state.withLock { $0.unexpected } }
    /// The lines that were not asked for yet. With `repeating` these are all lines.
    public var remaining: [ScriptedExchange] { state.withLock { $0.script } }

    /// Adds lines to the end of the script.
    public func append(_ exchanges: [ScriptedExchange]) {
        state.withLock { $0.script += exchanges }
    }

    /// Answers from the script.
    /// - Throws: `HTTPError`: what the script says, what the limits of the request say, or `other` for a request that
    ///   the script does not have.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await RedirectFollower.send(request) { (request, url) throws(HTTPError) in
            if Task.isCancelled { throw HTTPError(.cancelled, "\(url.host): cancelled") }
            switch try take(request, url) {
            case .failure(let error): throw error
            case .silence: throw await Self.silence(request, url)
            case .response(let response): return try Self.limited(response, request, url)
            }
        }
    }

    private func take(_ request: HTTPRequest, _ url: HTTPURL) throws(HTTPError) -> ScriptedExchange.Outcome {
        let answer: Result<ScriptedExchange.Outcome, HTTPError> = state.withLock { state in
            state.requests.append(request)
            let candidates = order == .ordered ? state.script.indices.prefix(1) : state.script.indices[...]
            var nearest: [String]?
            for index in candidates {
                let differences = state.script[index].expected.differences(from: request, to: url)
                if differences.isEmpty {
                    let outcome = state.script[index].outcome
                    if order != .repeating { state.script.remove(at: index) }
                    return .success(outcome)
                }
                if nearest.map({ differences.count < $0.count }) ?? true { nearest = differences }
            }
            let reason = nearest.map { $0.joined(separator: ", ") } ?? "the script has ended"
            let text = "unexpected request \(state.requests.count) (\(request.method) \(url.pathAndQuery)): \(reason)"
            state.unexpected.append(text)
            // The error names no path, as no error does; `unexpected` has the whole story.
            return .failure(
                HTTPError(.other, "\(url.host): the script has no answer to request \(state.requests.count)"))
        }
        return try answer.get()
    }

    private static func limited(
        _ response: HTTPResponse, _ request: HTTPRequest, _ url: HTTPURL
    ) throws(HTTPError) -> HTTPResponse {
        let headerBytes = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard headerBytes <= request.limits.headerBytes else {
            throw HTTPError(
                .headersTooLarge, "\(url.host): the headers are larger than \(request.limits.headerBytes) bytes")
        }
        guard response.body.count <= request.limits.bodyBytes else {
            throw HTTPError(.bodyTooLarge, "\(url.host): the body is larger than \(request.limits.bodyBytes) bytes")
        }
        return response.padded()
    }

    private static func silence(_ request: HTTPRequest, _ url: HTTPURL) async -> HTTPError {
        let limits = request.limits
        do {
            try await Task.sleep(for: min(limits.firstByte, limits.total))
        } catch {
            return HTTPError(.cancelled, "\(url.host): cancelled")
        }
        return limits.firstByte < limits.total
            ? HTTPError(.timeoutFirstByte, "\(url.host): no answer within \(limits.firstByte)")
            : HTTPError(.timeoutTotal, "\(url.host): no whole answer within \(limits.total)")
    }
}

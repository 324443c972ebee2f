import Exchanges
import RawHTTPServer
import Synchronization

/// A provider on 127.0.0.1 that answers as an exchange file says, and with 599 where no such request is written.
final class ScriptedProvider: Sendable {
    private enum Mode { case playing, resumed, over }
    private struct State {
        var answering: Answering
        var mode = Mode.playing
    }
    /// Outlives the provider as long as a connection does.
    private final class Script: Sendable {
        let state: Mutex<State>
        init(_ script: ExchangeScript) { state = Mutex(State(answering: Answering(script, goesOn: false))) }
    }

    private static let refusal = RawStep.response(599, body: Array("this request is not written".utf8))
    /// What a client adds to every request, and what the way here needs.
    private static let added: Set<String> = [
        "host", "content-length", "connection", "accept-encoding", LedTransport.header.lowercased(),
    ]

    private let script: Script
    private let server: RawHTTPServer

    init(_ exchanges: ExchangeScript) throws {
        let script = Script(exchanges)
        self.script = script
        server = try RawHTTPServer { [Self.answer($0, script)] }
    }

    /// The address to lead requests to.
    var url: String { server.url }

    /// What was not as written.
    var problems: [String] { script.state.withLock { $0.answering.problems } }

    /// Notes what was never asked. From now on the request that was answered last is expected once more.
    func beginResumption() {
        script.state.withLock { state in
            state.answering.finish()
            state.mode = .resumed
        }
    }

    func stop() { server.stop() }

    private static func answer(_ request: RawRequest, _ script: Script) -> RawStep {
        let made = made(request)
        return script.state.withLock { state in
            switch state.mode {
            case .playing:
                guard let response = state.answering.response(to: made) else { return refusal }
                return RawStep.response(
                    response.status,
                    response.headers.filter { $0.name.lowercased() != "content-length" }.map { ($0.name, $0.value) },
                    body: response.body)
            case .resumed:
                state.answering.expectLast(made)
                state.mode = .over
                return refusal
            case .over: return refusal
            }
        }
    }

    private static func made(_ request: RawRequest) -> MadeRequest {
        let headers = request.headerLines.compactMap { line -> (name: String, value: String)? in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !added.contains(parts[0].lowercased()) else { return nil }
            return (String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        return MadeRequest(
            method: request.method, url: (request.header(LedTransport.header) ?? "http://unled") + request.target,
            headers: headers, body: request.body)
    }
}

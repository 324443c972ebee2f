import Foundation
import Models
import RawHTTPServer
import Synchronization

/// Two providers on one server, one of which goes down, and the receiver of webhooks.
final class OutageServer: Sendable {
    /// How the provider `outage` is.
    enum Mode: String, Sendable, CaseIterable {
        case well, failing, hanging, resetting
    }

    /// A webhook as it came.
    struct Hook: Sendable {
        let id: String
        let timestamp: String
        let signature: String
        let body: String
    }

    /// An answered request for records.
    struct Answer: Sendable {
        let token: String
        let since: Int64?
        let at: ContinuousClock.Instant
    }

    fileprivate struct State {
        var mode = Mode.well
        var revision = 1
        var revoked: Set<String> = []
        var refusals = 0
        var hooks: [Hook] = []
        var answers: [Answer] = []
    }

    fileprivate final class Held: Sendable {
        let state = Mutex(State())
    }

    /// Records of each integration.
    static let records = 3
    private let held: Held
    private let server: RawHTTPServer

    init() throws {
        let held = Held()
        self.held = held
        server = try RawHTTPServer { request in
            guard let components = URLComponents(string: request.target) else { return [.response(404)] }
            if components.path == "/hook" { return held.take(request) }
            let since = components.queryItems?.first { $0.name == "since" }?.value.flatMap { Int64($0) }
            let token = request.header("Authorization").map { String($0.dropFirst("Bearer ".count)) } ?? ""
            return held.answer(token, since, isOutage: components.path == "/outage")
        }
    }

    var url: String { server.url }
    var hooks: [Hook] { held.state.withLock { $0.hooks } }
    var refusals: Int { held.state.withLock { $0.refusals } }
    var answers: [Answer] { held.state.withLock { $0.answers } }

    /// From now on the provider `outage` is in `mode`.
    func turn(_ mode: Mode) { held.state.withLock { $0.mode = mode } }
    /// Every record of everybody changes.
    func change() { held.state.withLock { $0.revision += 1 } }
    /// Forgets what was answered so far.
    func forgetAnswers() { held.state.withLock { $0.answers = [] } }
    /// Refuses a token, or takes it again.
    func revoke(_ token: String, _ isRevoked: Bool = true) {
        held.state.withLock { state in
            if isRevoked { state.revoked.insert(token) } else { state.revoked.remove(token) }
        }
    }
}

extension OutageServer.Held {
    fileprivate func take(_ request: RawRequest) -> [RawStep] {
        let isFirst = state.withLock { state in
            state.hooks.append(
                OutageServer.Hook(
                    id: request.header("webhook-id") ?? "", timestamp: request.header("webhook-timestamp") ?? "",
                    signature: request.header("webhook-signature") ?? "",
                    body: String(decoding: request.body, as: UTF8.self)))
            return state.hooks.count == 1
        }
        // The receiver has it and fails to say so: it comes again, under the same id.
        return [.response(isFirst ? 503 : 204)]
    }

    fileprivate func answer(_ token: String, _ since: Int64?, isOutage: Bool) -> [RawStep] {
        state.withLock { state in
            if state.revoked.contains(token) {
                state.refusals += 1
                return [.response(401, body: Array(#"{"error":"revoked"}"#.utf8))]
            }
            switch isOutage ? state.mode : .well {
            case .failing: return [.response(500, body: Array("out of order".utf8))]
            case .hanging: return [.hang]
            case .resetting: return [.reset]
            case .well: break
            }
            state.answers.append(OutageServer.Answer(token: token, since: since, at: .now))
            let records = (0..<OutageServer.records).map {
                #"{"id":"n\#($0)","updated_at":\#(1_700_000_000_000 + state.revision),"revision":\#(state.revision)}"#
            }
            return [.response(body: Array(#"{"items":[\#(records.joined(separator: ","))]}"#.utf8))]
        }
    }
}

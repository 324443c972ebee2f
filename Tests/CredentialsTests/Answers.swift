import HTTPClient
import Synchronization
import Testing

/// An authorisation server in memory: each request gets the next answer, and is kept.
final class Answers: HTTPTransport {
    enum Answer: Sendable {
        case token(String, refresh: String?, expires: Int)
        case status(Int, String)
        case error(HTTPError.Kind)
    }
    private let state: Mutex<(answers: [Answer], bodies: [String])>
    /// Called before an answer is given.
    private let before: @Sendable (Int) async -> Void

    init(_ answers: [Answer], before: @escaping @Sendable (Int) async -> Void = { _ in }) {
        state = Mutex((answers, []))
        self.before = before
    }

    var bodies: [String] { state.withLock { $0.bodies } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let (number, answer): (Int, Answer?) = state.withLock { state in
            state.bodies.append(String(decoding: request.body ?? [], as: UTF8.self))
            return (state.bodies.count, state.answers.isEmpty ? nil : state.answers.removeFirst())
        }
        #expect(request.isSentOnce)
        await before(number)
        switch answer {
        case .token(let access, let refresh, let expires)?:
            let rotated = refresh.map { ",\"refresh_token\":\"\($0)\"" } ?? ""
            return HTTPResponse(
                status: 200, body: Array("{\"access_token\":\"\(access)\",\"expires_in\":\(expires)\(rotated)}".utf8))
        case .status(let status, let body)?: return HTTPResponse(status: status, body: Array(body.utf8))
        case .error(let kind)?: throw HTTPError(kind, "host: \(kind)")
        case nil: return HTTPResponse(status: 400, body: Array("{\"error\":\"nothing_left\"}".utf8))
        }
    }
}

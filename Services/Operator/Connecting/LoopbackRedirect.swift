import Credentials
import Cryptography
import HTTPServer
import Models
import Service
import Synchronization

/// Where a browser comes back to after a person's consent (RFC 8252, 7.3): a server on this machine's loopback.
final class LoopbackRedirect: Sendable {
    /// What the browser brought.
    enum Answer: Sendable {
        /// A code, with all parameters of the redirect.
        case code(Secret, [String: String])
        /// The provider's word for why there is none.
        case refused(String)
    }

    /// The redirect address.
    let address: String
    private let server: HTTPServer
    private let answers: AsyncStream<Answer>

    /// Listens on `port` of the loopback.
    init(host: String, port: Int, consent: Consent) throws {
        let (answers, send) = AsyncStream.makeStream(of: Answer.self)
        self.answers = answers
        var router = Router()
        router.get("/callback") { request in
            guard consent.accepts(state: request.queryValue("state") ?? "") else {
                // Somebody else's redirect: keep waiting for ours.
                return .text("This is not the answer that Tributary waits for.\n", status: 400)
            }
            guard let code = request.queryValue("code"), !code.isEmpty else {
                send.yield(.refused(Self.word(request.queryValue("error"))))
                return .text("The provider did not give its consent. You may close this window.\n")
            }
            let parameters = Dictionary(
                request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            send.yield(.code(Secret(code), parameters))
            return .text("Tributary has its answer and goes on in the terminal. You may close this window.\n")
        }
        let routes = router
        server = try HTTPServer(HTTPServer.Configuration(port: port)) { try await routes.handle($0) }
        address = "http://\(host):\(server.port)/callback"
    }

    /// Returns what the browser brings.
    /// - Throws: `CommandFailure` when nobody came within ten minutes; `CancellationError`.
    func answer() async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { [answers] in
                for await answer in answers { return answer }
                throw CancellationError()
            }
            group.addTask {
                try await SystemClock().sleep(for: .seconds(600))
                throw CommandFailure("nobody came back within ten minutes; nothing was changed")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    /// Stops listening.
    func stop() async { await server.stop(grace: .seconds(1)) }

    /// An error code, where it looks like one.
    private static func word(_ text: String?) -> String {
        guard let text, (1...60).contains(text.utf8.count),
            text.utf8.allSatisfy({ ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 || $0 == 95 })
        else { return "no reason that can be shown" }
        return text
    }
}

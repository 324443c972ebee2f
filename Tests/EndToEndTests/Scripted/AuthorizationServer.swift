import Cryptography
import Foundation
import RawHTTPServer
import Synchronization

/// An authorisation server with an API behind it. Access tokens live seconds; each refresh token is good for one use.
/// Used again, it ends the whole connection, or, where the server is `tolerant`, gives a new token once more.
final class AuthorizationServer: Sendable {
    /// What it has seen.
    struct Counts: Sendable {
        var tokens = 0
        var reuses = 0
        var refusals = 0
        var answers = 0
    }

    /// One connection: tokens are `r.<name>.<number>` and `a.<name>.<number>`.
    private struct Chain {
        var number: Int
        var isRevoked = false
        var endOfAccess = ContinuousClock.now
        var sent: [Int: Int] = [:]
        /// What its requests for records asked since; nil for everything.
        var since: [String?] = []
        var challenge: String?
    }
    private struct State {
        var chains: [String: Chain] = [:]
        /// Of each connection, the last access token that was refused before its time.
        var refused: [String: Int] = [:]
        var counts = Counts()
        var random: ScriptedRandom
        var trouble: Double
    }
    private final class Inside: Sendable {
        let state: Mutex<State>
        let isTolerant: Bool
        let life: Duration
        let clientSecret: String
        init(_ state: State, isTolerant: Bool, life: Duration, clientSecret: String) {
            self.clientSecret = clientSecret
            self.state = Mutex(state)
            self.isTolerant = isTolerant
            self.life = life
        }
    }

    private let server: RawHTTPServer
    private let inside: Inside

    /// A server whose access tokens live `life`, and of which it refuses the share `trouble` before their time; never two
    /// of a connection in a row, which would be a refusal of the credential.
    init(
        isTolerant: Bool, life: Duration, seed: UInt64, trouble: Double = 0, clientSecret: String = "secret"
    ) throws {
        let state = State(random: ScriptedRandom(seed: seed), trouble: trouble)
        let inside = Inside(state, isTolerant: isTolerant, life: life, clientSecret: clientSecret)
        self.inside = inside
        server = try RawHTTPServer { Self.answer($0, inside) }
    }

    /// Where it is.
    var url: String { server.url }
    /// What it has seen so far.
    var counts: Counts { inside.state.withLock { $0.counts } }

    /// The connections of which a refresh token came more than once.
    var reused: [String] {
        inside.state.withLock { $0.chains.filter { $0.value.sent.values.contains { $0 > 1 } }.keys.sorted() }
    }

    /// Makes a connection as if a person had consented; the refresh token, whose access token is over already.
    func connect(_ name: String) -> String {
        inside.state.withLock { $0.chains[name] = Chain(number: 0) }
        return "r.\(name).0"
    }

    /// No access token is refused before its time any more.
    func behave() { inside.state.withLock { $0.trouble = 0 } }

    /// The connections of people who consented.
    var people: [String] { inside.state.withLock { $0.chains.keys.filter { $0.hasPrefix("person") } } }

    /// What the answered requests of a connection asked since, in order; nil for everything.
    func since(_ name: String) -> [String?] { inside.state.withLock { $0.chains[name]?.since ?? [] } }

    /// A person takes back what they allowed.
    func revoke(_ name: String) { inside.state.withLock { $0.chains[name]?.isRevoked = true } }

    // MARK: Answers

    private static func answer(_ request: RawRequest, _ inside: Inside) -> [RawStep] {
        guard let components = URLComponents(string: request.target) else { return [.response(400)] }
        var query: [String: String] = [:]
        for item in components.queryItems ?? [] { query[item.name] = item.value ?? "" }
        switch components.path {
        case "/authorize": return [consent(query, inside)]
        case "/token": return [token(form(request.body), inside)]
        case "/me", "/things": return [things(request, query, inside)]
        default: return [.response(404)]
        }
    }

    private static func json(_ status: Int, _ text: String) -> RawStep {
        .response(status, [("Content-Type", "application/json")], body: Array(text.utf8))
    }

    private static func form(_ body: [UInt8]) -> [String: String] {
        var components = URLComponents()
        components.percentEncodedQuery = String(decoding: body, as: UTF8.self)
        return Dictionary((components.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    /// Everybody consents at once.
    private static func consent(_ query: [String: String], _ inside: Inside) -> RawStep {
        guard let redirect = query["redirect_uri"], let state = query["state"], let challenge = query["code_challenge"],
            query["response_type"] == "code", query["code_challenge_method"] == "S256",
            query["client_id"] == "app", query["scope"] == "read write"
        else { return .response(400) }
        let name = "person\(UInt32.random(in: 0 ... .max))"
        inside.state.withLock { $0.chains[name] = Chain(number: -1, challenge: challenge) }
        return .response(302, [("Location", "\(redirect)?code=c.\(name).0&state=\(state)")])
    }

    private static func token(_ form: [String: String], _ inside: Inside) -> RawStep {
        let secret = form["refresh_token"] ?? form["code"] ?? ""
        let parts = secret.split(separator: ".").map(String.init)
        guard form["client_id"] == "app", form["client_secret"] == inside.clientSecret else {
            return json(401, #"{"error":"invalid_client"}"#)
        }
        guard parts.count == 3, let number = Int(parts[2]) else { return json(400, #"{"error":"invalid_request"}"#) }
        let name = parts[1]
        return inside.state.withLock { state in
            guard var chain = state.chains[name] else { return json(400, #"{"error":"invalid_grant"}"#) }
            defer { state.chains[name] = chain }
            if parts[0] == "c" {
                let verifier = SHA256Text.challenge(of: form["code_verifier"] ?? "")
                guard chain.number == -1, chain.challenge == verifier else {
                    return json(400, #"{"error":"invalid_grant"}"#)
                }
            } else {
                chain.sent[number, default: 0] += 1
                if number < chain.number {
                    state.counts.reuses += 1
                    if !inside.isTolerant { chain.isRevoked = true }
                }
            }
            guard !chain.isRevoked, number <= max(0, chain.number) else {
                state.counts.refusals += 1
                return json(400, #"{"error":"invalid_grant"}"#)
            }
            chain.number += 1
            chain.endOfAccess = .now + inside.life
            state.counts.tokens += 1
            let seconds = inside.life.components.seconds
            return json(
                200,
                "{\"access_token\":\"a.\(name).\(chain.number)\",\"refresh_token\":\"r.\(name).\(chain.number)\",\"expires_in\":\(seconds),\"token_type\":\"Bearer\",\"tenant\":\"t-\(name)\"}"
            )
        }
    }

    private static func things(_ request: RawRequest, _ query: [String: String], _ inside: Inside) -> RawStep {
        let parts = (request.header("Authorization") ?? "").split(whereSeparator: { $0 == " " || $0 == "." })
            .map(String.init)
        guard parts.count == 4, parts[0] == "Bearer", parts[1] == "a", let number = Int(parts[3]) else {
            return json(401, "{}")
        }
        let name = parts[2]
        return inside.state.withLock { state in
            guard var chain = state.chains[name], !chain.isRevoked, number == chain.number,
                chain.endOfAccess > .now, state.refused[name] != number
            else { return json(401, "{}") }
            if state.random.happens(state.trouble), state.refused[name] != number - 1 {
                state.refused[name] = number
                return json(401, "{}")
            }
            // What was kept beside the token comes back with the requests.
            guard request.target.hasPrefix("/me") || query["tenant"] == "t-\(name)" else { return json(400, "{}") }
            state.counts.answers += 1
            guard !request.target.hasPrefix("/me") else { return json(200, "{}") }
            chain.since.append(query["since"])
            state.chains[name] = chain
            guard query["since"] == nil else { return json(200, #"{"items":[]}"#) }
            return json(200, "{\"items\":[{\"id\":\"\(name)\",\"updated_at\":1700000000000}]}")
        }
    }
}

/// The S256 of PKCE.
enum SHA256Text {
    static func challenge(of verifier: String) -> String? {
        (try? SHA256.digest(Array(verifier.utf8)[...])).map { Base64.url.encode($0) }
    }
}

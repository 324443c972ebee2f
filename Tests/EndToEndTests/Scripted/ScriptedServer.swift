import Foundation
import RawHTTPServer
import Synchronization

/// The scripted provider's HTTP server, with the troubles that real ones make.
final class ScriptedServer: Sendable {
    /// How often each trouble happens, per request.
    struct Troubles: Sendable {
        var tooManyRequests = 0.03
        var serverErrors = 0.03
        var resets = 0.02
        var truncated = 0.01
        var slow = 0.01
        static let none = Troubles(tooManyRequests: 0, serverErrors: 0, resets: 0, truncated: 0, slow: 0)
    }

    /// What it has answered.
    struct Counts: Sendable {
        var pages = 0
        var tooManyRequests = 0
        var serverErrors = 0
        var resets = 0
        var truncated = 0
        var slow = 0

        fileprivate mutating func count(_ trouble: Trouble?) {
            switch trouble {
            case nil: pages += 1
            case .tooManyRequests: tooManyRequests += 1
            case .serverError: serverErrors += 1
            case .reset: resets += 1
            case .truncated: truncated += 1
            case .slow: slow += 1
            }
        }
    }

    private let server: RawHTTPServer
    private let inside: Inside

    private final class Inside: Sendable {
        let tenants: [String: ScriptedTenant]
        /// The values of the header `Authorization` that are good.
        let authorizations: Set<String>
        let state: Mutex<(random: ScriptedRandom, troubles: Troubles, counts: Counts)>
        let port = Mutex<UInt16>(0)
        let refuses = Mutex(false)
        let hold = Mutex<(path: String, gate: Gate)?>(nil)

        init(tenants: [ScriptedTenant], token: String, password: String?, seed: UInt64, troubles: Troubles) {
            self.tenants = Dictionary(uniqueKeysWithValues: tenants.map { ($0.name, $0) })
            let basic = password.map { "Basic " + Data("somebody:\($0)".utf8).base64EncodedString() }
            authorizations = Set(["Bearer \(token)"] + (basic.map { [$0] } ?? []))
            state = Mutex((ScriptedRandom(seed: seed), troubles, Counts()))
        }

        /// The gate that this one answer waits at.
        func gate(of path: String, isFirst: Bool) -> Gate? {
            hold.withLock { hold in
                guard let held = hold, held.path == path, !isFirst else { return nil }
                hold = nil
                return held.gate
            }
        }
    }

    /// `password` is that of the user `somebody`, who may ask as well.
    init(
        tenants: [ScriptedTenant], token: String, password: String? = nil, seed: UInt64, troubles: Troubles = Troubles()
    ) throws {
        let inside = Inside(tenants: tenants, token: token, password: password, seed: seed, troubles: troubles)
        self.inside = inside
        server = try RawHTTPServer { Self.answer($0, inside) }
        inside.port.withLock { $0 = server.port }
    }

    /// The address of a tenant's API.
    func address(of tenant: ScriptedTenant) -> String { "http://127.0.0.1:\(server.port)/\(tenant.name)" }

    /// What it has answered so far.
    var counts: Counts { inside.state.withLock { $0.counts } }

    /// The target of every request, in the order of their coming.
    var targets: [String] { server.log.requests.map(\.target) }

    /// Keeps the answer to the next request for a page of `object`, other than a first one, until the gate is opened.
    func holdNextPage(_ object: ScriptedObject, of tenant: ScriptedTenant) -> Gate {
        let gate = Gate()
        inside.hold.withLock { $0 = ("/\(tenant.name)/\(object.rawValue)", gate) }
        return gate
    }

    /// Whether an answer is still to be held.
    var isHoldPending: Bool { inside.hold.withLock { $0 != nil } }

    /// From now on no key is good enough.
    func refuseEverybody() { inside.refuses.withLock { $0 = true } }

    /// From now on it makes no trouble.
    func behave() { inside.state.withLock { $0.troubles = .none } }

    private static func answer(_ request: RawRequest, _ inside: Inside) -> [RawStep] {
        guard let authorization = request.header("Authorization"), inside.authorizations.contains(authorization),
            !inside.refuses.withLock({ $0 })
        else { return [.response(401)] }
        let trouble = inside.state.withLock { state in
            let trouble = self.trouble(&state.random, state.troubles)
            state.counts.count(trouble)
            return trouble
        }
        switch trouble {
        case .tooManyRequests: return [.response(429, [("Retry-After", "1")])]
        case .serverError: return [.response(500, body: Array("<html>oops</html>".utf8))]
        case .reset: return [.reset]
        default: break
        }
        guard let components = URLComponents(string: request.target),
            case let parts = components.path.split(separator: "/").map(String.init), parts.count == 2,
            let tenant = inside.tenants[parts[0]], let object = ScriptedObject(rawValue: parts[1])
        else { return [.response(404)] }
        var query: [String: String] = [:]
        for item in components.queryItems ?? [] { query[item.name] = item.value ?? "" }
        let page = tenant.page(
            object, since: query["since"].flatMap { Int64($0) }, after: query["after"],
            cursor: query["cursor"], offset: query["offset"].flatMap { Int($0) } ?? 0,
            limit: query["limit"].flatMap { Int($0) } ?? 100)
        let body = Array(self.body(page, object, tenant, query, inside).utf8)
        let headers = [("Content-Type", "application/json")]
        switch trouble {
        case .truncated:
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"),
                .send(Array(body.prefix(body.count / 2))),
                .close,
            ]
        case .slow:
            return [
                .text("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"),
                .drip(Array(body.prefix(20)), every: .milliseconds(20)), .send(Array(body.dropFirst(20))),
            ]
        default:
            let isFirst =
                query["after"] == nil && query["cursor"] == nil && query["offset"].flatMap { Int($0) } ?? 0 == 0
            let wait = inside.gate(of: components.path, isFirst: isFirst).map { [RawStep.wait($0)] } ?? []
            return wait + [.response(200, headers, body: body)]
        }
    }

    fileprivate enum Trouble {
        case tooManyRequests, serverError, reset, truncated, slow
    }

    private static func trouble(_ random: inout ScriptedRandom, _ odds: Troubles) -> Trouble? {
        if random.happens(odds.tooManyRequests) { return .tooManyRequests }
        if random.happens(odds.serverErrors) { return .serverError }
        if random.happens(odds.resets) { return .reset }
        if random.happens(odds.truncated) { return .truncated }
        if random.happens(odds.slow) { return .slow }
        return nil
    }

    private static func body(
        _ page: ScriptedTenant.Page, _ object: ScriptedObject, _ tenant: ScriptedTenant, _ query: [String: String],
        _ inside: Inside
    ) -> String {
        let items = "\"items\":[\(page.items.joined(separator: ","))]"
        guard let next = page.next else { return "{\(items)}" }
        guard object == .events else { return "{\(items),\"next\":\"\(next)\"}" }
        let since = query["since"].map { "&since=\($0)" } ?? ""
        let port = inside.port.withLock { $0 }
        return "{\(items),\"next_url\":\"http://127.0.0.1:\(port)/\(tenant.name)/events?after=\(next)\(since)\"}"
    }
}

import Catalog
import JSON
import Models

/// The token of a play without network: asked for and renewed as a file says.
struct PlayedConnection {
    /// Renewals of one request, after which its refusal is believed.
    private static let most = 2

    /// The token as it is now.
    private(set) var token: GrantedToken?
    private let requests: TokenRequests
    private var renewals = 0

    /// The connection of `script`; nil where it has none.
    init?(_ script: ExchangeScript, object: ObjectDefinition) throws {
        guard let connection = script.connection, let method = try script.tokenMethod(of: object) else { return nil }
        token = connection.token
        requests = TokenRequests(
            object, method: method, settings: script.context.settings, secrets: script.context.secrets)
    }

    /// A person has consented.
    mutating func connect(_ granted: GrantedToken?) { token = granted }

    /// Whether there is no token that could be good at `now`.
    func needsToken(at now: Timestamp) -> Bool { token.map { $0.expiresAt.map { $0 <= now } ?? false } ?? true }

    /// A request was answered.
    mutating func wasTaken() { renewals = 0 }

    /// Whether a refusal of the token is a reason to renew it.
    var mayRenew: Bool { renewals < Self.most }

    /// Asks for another token.
    /// - Returns: false where no such request is written.
    /// - Throws: the failure that the answer stands for.
    mutating func renew(_ answering: inout Answering, now: Timestamp) throws -> Bool {
        renewals += 1
        let plan: RequestPlan
        if !requests.needsNobody, let refresh = token?.refresh {
            plan = try requests.refresh(refresh, now: now)
        } else {
            plan = try requests.grant(now: now)
        }
        guard let response = answering.response(to: MadeRequest(plan)) else { return false }
        switch requests.read(response, asked: now) {
        case .granted(var granted):
            if granted.refresh == nil { granted.refresh = token?.refresh }
            for (name, value) in token?.kept ?? JSONObject() where granted.kept[name] == nil {
                granted.kept[name] = value
            }
            token = granted
            return true
        case .refused(let failure), .unavailable(let failure), .unclear(let failure): throw failure
        }
    }
}

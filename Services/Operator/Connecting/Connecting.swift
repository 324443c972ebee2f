import Catalog
import Credentials
import Cryptography
import HTTPClient
import JSON
import Models
import Postgres
import Service
import Storage

/// One integration on its way to a token.
struct Connecting: Sendable {
    /// customer/integration.
    let name: String
    /// The way of authorisation.
    let method: AuthorizationMethod
    /// The requests for a token.
    let requests: TokenRequests
    private let object: ObjectDefinition
    private let target: ConnectionTarget
    private let settings: JSONValue
    private let secrets: [String: Secret]
    private let tokens: PostgresTokenStore
    private let sealing: TokenSealing
    private let transport: any HTTPTransport

    init(
        name: String, target: ConnectionTarget, method wanted: String?, database: any PostgresDatabase,
        catalog: CatalogFolder, keys: KeyRing, transport: any HTTPTransport
    ) async throws {
        self.name = name
        self.target = target
        self.transport = transport
        guard let provider = catalog.providers[target.provider] else {
            throw CommandFailure(
                "the catalog has no usable provider \(target.provider); `tributary validate` says why",
                exitCode: .badInput)
        }
        let integrations = PostgresIntegrationStore(database: database)
        settings = try JSONValue(parsing: target.settings)
        let overrides = try await integrations.overrides(object: target.object.id).map {
            Override(layer: Layer(rawValue: $0.reach.rawValue) ?? .customer, patch: try JSONValue(parsing: $0.patch))
        }
        object = try provider.resolve(object: target.object.name, overrides: overrides, settings: settings).object
        secrets = try await CredentialReader(store: integrations, keys: keys)
            .secrets(integration: target.id, publicID: target.publicID)
        method = try Self.method(wanted, of: object, secrets: secrets)
        requests = TokenRequests(object, method: method, settings: settings, secrets: secrets)
        tokens = PostgresTokenStore(database: database)
        sealing = TokenSealing(keys: keys)
    }

    private static func method(
        _ wanted: String?, of object: ObjectDefinition, secrets: [String: Secret]
    ) throws -> AuthorizationMethod {
        if let wanted {
            if let method = object.authorization.first(where: { $0.name == wanted }) { return method }
            throw CommandFailure(
                "\(object.provider) has no way of authorisation '\(wanted)'; it has \(object.authorization.map(\.name).joined(separator: ", "))",
                exitCode: .badInput)
        }
        if let method = object.way(given: secrets) { return method }
        let ways = object.authorization.map { "\($0.name): \($0.givenSecretNames.joined(separator: ", "))" }
        throw CommandFailure(
            "the integration has the secrets of none of the ways of \(object.provider) (\(ways.joined(separator: "; "))): name them under 'secrets' and apply the file",
            exitCode: .badInput)
    }

    /// The machine's time.
    var now: Timestamp { SystemClock().now }

    // MARK: Tokens

    /// A token that needs no person.
    func grant() async throws -> GrantedToken { try await ask(try requests.grant(now: now)) }

    /// The token for a code that came back with the redirect.
    func exchange(
        code: Secret, redirect: String, verifier: Secret, parameters: [String: String]
    ) async throws -> GrantedToken {
        var token = try await ask(
            try requests.exchange(code: code, redirect: redirect, verifier: verifier, now: now))
        for (name, value) in requests.kept(ofRedirect: parameters) where token.kept[name] == nil {
            token.kept[name] = value
        }
        return token
    }

    private func ask(_ plan: RequestPlan) async throws -> GrantedToken {
        let endpoint = TokenEndpoint(transport: transport, patience: .seconds(30))
        switch await endpoint.ask(plan, for: requests, provider: object.provider, asked: now) {
        case .granted(let token): return token
        case .refused(let failure), .unavailable(let failure), .unclear(let failure):
            throw CommandFailure("\(name) was not connected: \(failure)")
        }
    }

    /// Asks what shows whether the connection works, and says how that went.
    /// - Throws: `CommandFailure` where the provider refuses.
    func verify(_ token: GrantedToken?) async throws -> String {
        var all = secrets
        if let token { all[AuthorizationMethod.accessToken] = token.access }
        let verification = try Verification(
            object, method: method, settings: settings, secrets: all, token: .object(token?.kept ?? JSONObject()),
            now: now)
        guard let verification else { return "\(object.provider) has no request to verify a connection with" }
        let plan = verification.request
        let response: HTTPResponse
        do {
            response = try await transport.send(
                HTTPRequest(
                    method: plan.method, url: plan.url, headers: plan.headers.map { HTTPHeader($0.name, $0.value) },
                    body: plan.body, limits: HTTPLimits(total: .seconds(60), bodyBytes: plan.maximumBody)))
        } catch {
            throw CommandFailure("\(name) was not connected: the verifying \(plan) got no answer: \(error.description)")
        }
        let provided = ProviderResponse(
            status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
        if let problem = verification.problem(provided, now: now) {
            throw CommandFailure("\(name) was not connected: the verifying \(plan) failed: \(problem)")
        }
        return "verified: \(plan) answered \(response.status)"
    }

    /// Stores the token; what was stopped for want of it goes on.
    func store(_ token: GrantedToken) async throws {
        try await tokens.connect(
            integration: target.id, method: method.name,
            try sealing.seal(token, for: "token:\(target.publicID)"))
    }
}

import Cryptography
import JSON
import Models

/// The requests by which an integration comes to a token, and the meaning of their answers. No I/O.
public struct TokenRequests: Sendable {
    /// The way of authorisation.
    public let method: AuthorizationMethod
    private let object: ObjectDefinition
    private let settings: Value
    private let secrets: [String: Secret]

    /// The requests of `method` for an integration with these settings and secrets.
    public init(
        _ object: ObjectDefinition, method: AuthorizationMethod, settings: JSONValue, secrets: [String: Secret]
    ) {
        self.object = object
        self.method = method
        self.settings = object.settings.values(given: settings)
        self.secrets = secrets
    }

    private typealias Parameters = [(name: String, value: String)]

    private func scope(_ now: Timestamp) -> Scope {
        var scope = Scope()
        scope.settings = settings
        scope.secrets = secrets
        scope.now = now
        return scope
    }

    private func oauth() throws(Failure) -> OAuthAuthorization {
        guard case .oauth2(let oauth) = method.scheme else {
            throw Failure(.definition, "'\(method.name)' of \(object.provider) is not OAuth 2")
        }
        return oauth
    }

    private func text(_ template: Template, _ what: String, _ now: Timestamp) throws(Failure) -> String? {
        do {
            return try template.value(in: scope(now)).scalarText
        } catch {
            throw Failure(
                .definition, "'auth.\(method.name).\(what)' could not be computed: \(error)",
                advice: "check the settings and secrets that it uses")
        }
    }

    private func secret(_ name: String) throws(Failure) -> String {
        if let secret = secrets[name], !secret.isEmpty { return secret.reveal() }
        throw Failure(
            .authorization, "the integration has no secret '\(name)', which \(method.title) needs",
            advice: "give it under 'secrets' of the integration and apply the file again")
    }

    // MARK: A person's consent

    /// The address where a person consents. `challenge` is the S256 of the verifier (RFC 7636).
    public func consent(
        redirect: String, state: String, challenge: String, now: Timestamp
    ) throws(Failure) -> String {
        let oauth = try oauth()
        guard let template = oauth.authorizeURL, let address = try text(template, "authorize", now) else {
            throw Failure(.definition, "'\(method.name)' of \(object.provider) has no 'authorize'")
        }
        var parameters: Parameters = [
            ("response_type", "code"), ("client_id", try secret("client_id")),
            ("redirect_uri", try redirectName(oauth, now) ?? redirect),
        ]
        if let scopes = try scopes(oauth, now) { parameters.append(("scope", scopes)) }
        parameters.append(("state", state))
        if oauth.usesPKCE { parameters += [("code_challenge", challenge), ("code_challenge_method", "S256")] }
        try replace(oauth.authorizeParameters, in: &parameters, "authorize_parameters", now)
        let query = parameters.map { "\(PercentEncoding.component($0.name))=\(PercentEncoding.component($0.value))" }
        return address + (address.contains("?") ? "&" : "?") + query.joined(separator: "&")
    }

    /// The request that makes a token of the code that came back with the redirect.
    public func exchange(
        code: Secret, redirect: String, verifier: Secret, now: Timestamp
    ) throws(Failure) -> RequestPlan {
        let oauth = try oauth()
        var parameters: Parameters = [
            ("grant_type", "authorization_code"), ("code", code.reveal()),
            ("redirect_uri", try redirectName(oauth, now) ?? redirect),
        ]
        if oauth.usesPKCE { parameters.append(("code_verifier", verifier.reveal())) }
        return try plan(oauth, parameters, now)
    }

    private func redirectName(_ oauth: OAuthAuthorization, _ now: Timestamp) throws(Failure) -> String? {
        guard let template = oauth.redirect else { return nil }
        return try text(template, "redirect", now)
    }

    // MARK: Without a person

    /// Whether a token can be had at any time without a person.
    public var needsNobody: Bool {
        switch method.scheme {
        case .oauth2(let oauth): oauth.grant != .authorizationCode
        case .session: true
        default: false
        }
    }

    /// The request that renews a token.
    public func refresh(_ token: Secret, now: Timestamp) throws(Failure) -> RequestPlan {
        try plan(try oauth(), [("grant_type", "refresh_token"), ("refresh_token", token.reveal())], now)
    }

    /// The request for a new token, or for a new session.
    public func grant(now: Timestamp) throws(Failure) -> RequestPlan {
        if case .session(let session) = method.scheme {
            let builder = RequestBuilder(
                baseURL: object.baseURL, template: session.request, authorization: nil, limits: object.limits,
                provider: object.provider)
            var scope = scope(now)
            if let assertion = session.assertion {
                scope.secrets[SessionAuthorization.assertionSecret] = Secret(
                    try signed(assertion, audience: object.baseURL, scope: nil, now))
            }
            return try builder.plan(scope: scope, page: .nothing, options: PageOptions())
        }
        let oauth = try oauth()
        var parameters: Parameters
        switch oauth.grant {
        case .clientCredentials: parameters = [("grant_type", "client_credentials")]
        case .password:
            parameters = [
                ("grant_type", "password"), ("username", try secret("username")), ("password", try secret("password")),
            ]
        case .jwtBearer:
            parameters = [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", try assertion(oauth, isGrant: true, now)),
            ]
        case .authorizationCode:
            throw Failure(
                .authorization, "the integration is not connected to \(object.provider)",
                advice: "connect it with `tributary connect`")
        }
        if oauth.grant != .jwtBearer, let scopes = try scopes(oauth, now) { parameters.append(("scope", scopes)) }
        return try plan(oauth, parameters, now)
    }

    // MARK: Answers

    /// What the answer to a request of these means; `asked` is when it was sent.
    public func read(_ response: ProviderResponse, asked: Timestamp) -> TokenAnswer {
        switch method.scheme {
        case .oauth2(let oauth):
            TokenAnswerReader(provider: object.provider, oauth: oauth, asked: asked).read(response)
        case .session(let session):
            SessionAnswerReader(provider: object.provider, session: session, asked: asked).read(
                response, scope: scope(asked))
        default: .refused(Failure(.definition, "'\(method.name)' of \(object.provider) has no token"))
        }
    }

    /// What is kept of the parameters of the redirect.
    public func kept(ofRedirect parameters: [String: String]) -> JSONObject {
        var kept = JSONObject()
        for field in method.kept { if let value = parameters[field.name] { kept[field.name] = .string(value) } }
        return kept
    }

    // MARK: Parts

    private func scopes(_ oauth: OAuthAuthorization, _ now: Timestamp) throws(Failure) -> String? {
        var scopes: [String] = []
        for scope in oauth.scopes {
            if let text = try text(scope, "scopes", now), !text.isEmpty { scopes.append(text) }
        }
        return scopes.isEmpty ? nil : scopes.joined(separator: oauth.scopeSeparator)
    }

    private func replace(
        _ extra: [OAuthAuthorization.Parameter], in parameters: inout Parameters, _ what: String, _ now: Timestamp
    ) throws(Failure) {
        for parameter in extra {
            parameters.removeAll { $0.name == parameter.name }
            if let value = try text(parameter.value, "\(what).\(parameter.name)", now) {
                parameters.append((parameter.name, value))
            }
        }
    }

    private func plan(
        _ oauth: OAuthAuthorization, _ own: Parameters, _ now: Timestamp
    ) throws(Failure) -> RequestPlan {
        guard let address = try text(oauth.tokenURL, "token", now), WebAddress.origin(of: address) != nil else {
            throw Failure(
                .configuration, "the token endpoint of \(object.provider) is not an absolute http or https address",
                advice: "correct the settings of the integration")
        }
        var parameters = own
        var headers = [RequestPlan.Header(name: "Accept", value: "application/json", isSecret: false)]
        try authenticate(oauth, &parameters, &headers, now)
        try replace(oauth.tokenParameters, in: &parameters, "token_parameters", now)
        let body: String
        switch oauth.format {
        case .form:
            body = parameters.map { "\(PercentEncoding.form($0.name))=\(PercentEncoding.form($0.value))" }
                .joined(separator: "&")
            headers.append(.init(name: "Content-Type", value: "application/x-www-form-urlencoded", isSecret: false))
        case .json:
            body = JSONValue.object(JSONObject(parameters.map { ($0.name, JSONValue.string($0.value)) })).text
            headers.append(.init(name: "Content-Type", value: "application/json", isSecret: false))
        }
        return RequestPlan(
            method: "POST", url: address, shownURL: address, headers: headers, body: Array(body.utf8),
            timeout: .seconds(30), maximumBody: 1 << 20)
    }

    private func authenticate(
        _ oauth: OAuthAuthorization, _ parameters: inout Parameters, _ headers: inout [RequestPlan.Header],
        _ now: Timestamp
    ) throws(Failure) {
        guard oauth.grant != .jwtBearer || secrets["client_id"] != nil else { return }
        switch oauth.clientAuthentication {
        case .body:
            parameters.append(("client_id", try secret("client_id")))
            if let secret = secrets["client_secret"] { parameters.append(("client_secret", secret.reveal())) }
        case .basic:
            let pair = "\(try secret("client_id")):\(secrets["client_secret"]?.reveal() ?? "")"
            headers.append(
                .init(name: "Authorization", value: "Basic \(Base64.standard.encode(pair.utf8))", isSecret: true))
        case .assertion:
            parameters += [
                ("client_id", try secret("client_id")),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", try assertion(oauth, isGrant: false, now)),
            ]
        }
    }

    /// A signed JSON Web Token (RFC 7523, 3).
    private func assertion(
        _ oauth: OAuthAuthorization, isGrant: Bool, _ now: Timestamp
    ) throws(Failure) -> String {
        guard let assertion = oauth.assertion else {
            throw Failure(.definition, "'auth.\(method.name)' does not say what is signed")
        }
        return try signed(
            assertion, audience: oauth.tokenURL, scope: isGrant ? try scopes(oauth, now) : nil, now)
    }

    private func signed(
        _ assertion: OAuthAssertion, audience: Template, scope: String?, _ now: Timestamp
    ) throws(Failure) -> String {
        let issued = now.microseconds.flooringQuotient(by: 1_000_000)
        var claims = JSONObject([
            ("iat", .integer(issued)), ("exp", .integer(issued + assertion.lifetime.components.seconds)),
        ])
        let audience = try text(assertion.audience ?? audience, "assertion.audience", now)
        claims["iss"] = try text(assertion.issuer, "assertion.issuer", now).map { .string($0) }
        claims["aud"] = audience.map { .string($0) }
        if let subject = assertion.subject {
            claims["sub"] = try text(subject, "assertion.subject", now).map { .string($0) }
        }
        claims["scope"] = scope.map { .string($0) }
        do {
            // Once only: servers refuse an assertion that they have seen.
            claims["jti"] = .string(Hexadecimal.encode(try randomBytes(16)))
            for (name, value) in try assertion.claims?.value(in: self.scope(now)).json.object ?? JSONObject() {
                claims[name] = value
            }
            var head = JSONObject([("alg", .string(assertion.algorithm.rawValue)), ("typ", "JWT")])
            if let keyID = assertion.keyID {
                head["kid"] = try text(keyID, "assertion.key_id", now).map { .string($0) }
            }
            let signed =
                Base64.url.encode(JSONValue.object(head).encoded) + "."
                + Base64.url.encode(JSONValue.object(claims).encoded)
            let key = SigningKey(pem: Secret(try text(assertion.key, "assertion.key", now) ?? ""))
            let signature = try key.signature(
                of: Array(signed.utf8), assertion.algorithm == .rs256 ? .rs256 : .es256)
            return signed + "." + Base64.url.encode(signature)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(
                .authorization, "the assertion for \(object.provider) could not be signed: \(error)",
                advice: "check the private key of the integration")
        }
    }
}

import JSON
import Models

/// OAuth 2 (RFC 6749): how a connection comes to its tokens and how requests carry them.
///
/// Its expressions read the operator's app as `secret.client_id` and `secret.client_secret`; requests read the token
/// as `secret.access_token` and what is kept beside it as `token.<name>`.
public struct OAuthAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case grant, authorize, token, scopes, scopeSeparator = "scope_separator", pkce, clientAuth = "client_auth",
            format, authorizeParameters = "authorize_parameters", tokenParameters = "token_parameters", redirect,
            assertion
        case refreshToken = "refresh_token", expires, within, keep, header, scheme
    }

    /// How the first token is asked for.
    public enum Grant: String, Sendable, CaseIterable {
        /// A person consents in a browser.
        case authorizationCode = "authorization_code"
        /// The app asks for itself.
        case clientCredentials = "client_credentials"
        /// A signed assertion (RFC 7523).
        case jwtBearer = "jwt_bearer"
        /// A user's name and password: `secret.username` and `secret.password`.
        case password
    }

    /// How the token endpoint knows the app.
    public enum ClientAuthentication: String, Sendable, CaseIterable {
        /// `client_id` and `client_secret` in the body.
        case body
        /// HTTP basic.
        case basic
        /// `client_assertion` (RFC 7523, 2.2), signed as `assertion` says.
        case assertion
    }

    /// How the body of a token request is written.
    public enum Format: String, Sendable, CaseIterable {
        case form, json
    }

    /// What a refresh token is good for, and so what may be done after a crash between answer and commit.
    public enum RefreshToken: String, Sendable, CaseIterable {
        /// It stays valid.
        case reusable
        /// It is replaced at each use; using one again is tolerated, so it is sent once more after a crash.
        case rotates
        /// It is replaced at each use, and using one again ends the connection: it is never sent twice.
        case revokes
        /// There is none: the access token does not expire, or a person has to connect again.
        case none
    }

    /// A parameter of a request to the authorisation server.
    public struct Parameter: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value; nothing leaves the parameter out.
        public var value: Template
    }

    /// How the first token is asked for.
    public var grant: Grant
    /// Where a person consents.
    public var authorizeURL: Template?
    /// Where tokens are asked for.
    public var tokenURL: Template
    /// What is asked for.
    public var scopes: [Template]
    /// What stands between scopes.
    public var scopeSeparator: String
    /// Whether the authorisation code is bound to its requester (RFC 7636).
    public var usesPKCE: Bool
    /// How the token endpoint knows the app.
    public var clientAuthentication: ClientAuthentication
    /// How the body of a token request is written.
    public var format: Format
    /// Further parameters of the authorisation request.
    public var authorizeParameters: [Parameter]
    /// Further parameters of every token request; they replace those of the standard.
    public var tokenParameters: [Parameter]
    /// What stands for the redirect address where the provider wants a name for it; nil is the address itself.
    public var redirect: Template?
    /// What signed assertions say.
    public var assertion: OAuthAssertion?
    /// What a refresh token is good for.
    public var refreshToken: RefreshToken
    /// How long an access token is good.
    public var expiry: OAuthExpiry
    /// The part of the token response that holds the tokens.
    public var within: JSONPath?
    /// What is kept of the token response: name → path.
    public var kept: [KeptField]
    /// How requests carry the token.
    public var carriage: TokenCarriage

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        grant = reader.choice(.grant, Grant.self) ?? .authorizationCode
        scopes = reader.items(.scopes).compactMap { item in
            guard case .text(let text) = item.content else {
                context.report(
                    at: item.origin, path: reader.path(of: .scopes), "a scope is a text, not \(item.kindName)",
                    advice: "write a list of scopes, such as [read, offline_access]")
                return nil
            }
            return context.template(text, at: item.origin, path: reader.path(of: .scopes), names: .settingsOnly)
        }
        scopeSeparator = reader.text(.scopeSeparator) ?? " "
        usesPKCE = reader.bool(.pkce) ?? (grant == .authorizationCode)
        clientAuthentication = reader.choice(.clientAuth, ClientAuthentication.self) ?? .body
        format = reader.choice(.format, Format.self) ?? .form
        authorizeParameters = Self.parameters(reader, .authorizeParameters)
        tokenParameters = Self.parameters(reader, .tokenParameters)
        redirect = reader.template(.redirect, names: .settingsOnly)
        assertion = reader[.assertion].flatMap {
            OAuthAssertion($0, path: reader.path(of: .assertion), context: context)
        }
        refreshToken = reader.choice(.refreshToken, RefreshToken.self) ?? .reusable
        expiry =
            reader[.expires].map { OAuthExpiry($0, path: reader.path(of: .expires), context: context) } ?? OAuthExpiry()
        within = reader.fieldPath(.within)
        kept = KeptField.fields(reader, .keep)
        carriage = TokenCarriage(reader, header: .header, scheme: .scheme)
        authorizeURL = Self.address(reader, .authorize)
        Self.check(reader, grant: grant, clientAuthentication: clientAuthentication)
        guard let token = Self.address(reader, .token) else {
            if !reader.has(.token) {
                reader.missing(
                    .token, advice: "write the address of the token endpoint, such as https://host/oauth/token")
            }
            return nil
        }
        tokenURL = token
    }

    private static func check(
        _ reader: KeyedReader<Key>, grant: Grant, clientAuthentication: ClientAuthentication
    ) {
        if grant == .authorizationCode, !reader.has(.authorize) {
            reader.missing(.authorize, advice: "write the address where a person consents, or another grant")
        }
        if grant != .authorizationCode {
            for key in [Key.authorize, .pkce, .authorizeParameters, .redirect] where reader.has(key) {
                reader.report(
                    key, "the grant \(grant.rawValue) has no '\(key.rawValue)'",
                    advice: "remove it, or write grant: authorization_code")
            }
        }
        let signs = grant == .jwtBearer || clientAuthentication == .assertion
        if signs, !reader.has(.assertion) {
            reader.missing(
                .assertion,
                advice: "write assertion: { key: \"{{ secret.private_key }}\", issuer: …, audience: … }")
        } else if !signs, reader.has(.assertion) {
            reader.report(
                .assertion, "nothing is signed here", advice: "write grant: jwt_bearer or client_auth: assertion")
        }
    }

    /// A template of an address; what can be seen of it must be absolute.
    private static func address(_ reader: KeyedReader<Key>, _ key: Key) -> Template? {
        guard let template = reader.template(key, names: .settingsOnly) else { return nil }
        if let literal = template.literal, WebAddress.origin(of: literal) == nil {
            reader.report(
                key, "the address is not an absolute http or https address", advice: "write it as https://host/path")
        }
        return template
    }

    private static func parameters(_ reader: KeyedReader<Key>, _ key: Key) -> [Parameter] {
        reader.entries(key).compactMap { entry in
            let text: String
            switch entry.value.content {
            case .text(let written), .number(let written): text = written
            case .bool(let value): text = value ? "true" : "false"
            case .null: return nil
            default:
                reader.context.report(
                    at: entry.value.origin, path: "\(reader.path(of: key)).\(entry.key)",
                    "a text is expected, not \(entry.value.kindName)", advice: "write a single value")
                return nil
            }
            let template = reader.context.template(
                text, at: entry.value.origin, path: "\(reader.path(of: key)).\(entry.key)", names: .credentials)
            return template.map { Parameter(name: entry.key, value: $0) }
        }
    }

    /// The templates that read secrets which someone has to give.
    var templates: [Template] {
        var all = scopes + (authorizeParameters + tokenParameters).map(\.value) + [tokenURL]
        if let authorizeURL { all.append(authorizeURL) }
        if let assertion { all += assertion.templates }
        return all
    }

    /// The secrets that someone has to give before there is a token.
    var givenSecrets: Set<String> {
        var names: Set<String> = grant == .jwtBearer ? [] : ["client_id"]
        if grant == .clientCredentials, clientAuthentication != .assertion { names.insert("client_secret") }
        if grant == .password { names.formUnion(["username", "password"]) }
        for template in templates { names.formUnion(template.secretNames) }
        return names
    }
}

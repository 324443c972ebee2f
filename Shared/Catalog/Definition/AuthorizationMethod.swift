/// One way of authorisation; an integration has the secrets of one of them.
public struct AuthorizationMethod: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case title, none, basic, bearer, apiKey = "api_key", oauth2, session, signed

        /// Those of which exactly one stands in an entry.
        static let ways: [Key] = [.none, .basic, .bearer, .apiKey, .oauth2, .session, .signed]
    }

    /// How a request is authorised.
    public enum Scheme: Sendable, Hashable {
        case none
        case basic(BasicAuthorization)
        case bearer(BearerAuthorization)
        case apiKey(APIKeyAuthorization)
        case oauth2(OAuthAuthorization)
        case session(SessionAuthorization)
        case signed(SignedAuthorization)
    }

    /// The name by which an integration chooses it.
    public var name: String
    /// What a person sees.
    public var title: String
    /// How a request is authorised.
    public var scheme: Scheme

    init?(_ entry: DefinitionNode.Entry, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(entry.value, path: path, context: context)
        name = entry.key
        title = reader.text(.title) ?? entry.key
        let written = Key.ways.filter { reader.has($0) }
        guard written.count == 1, let key = written.first, let node = reader[key] else {
            context.report(
                at: entry.keyOrigin, path: path,
                written.isEmpty ? "the way of authorisation is missing" : "several ways of authorisation in one entry",
                advice: "write exactly one of: \(Key.ways.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        switch key {
        case .basic:
            guard let basic = BasicAuthorization(node, path: reader.path(of: key), context: context) else { return nil }
            scheme = .basic(basic)
        case .bearer:
            guard let bearer = BearerAuthorization(node, path: reader.path(of: key), context: context) else {
                return nil
            }
            scheme = .bearer(bearer)
        case .apiKey:
            guard let apiKey = APIKeyAuthorization(node, path: reader.path(of: key), context: context) else {
                return nil
            }
            scheme = .apiKey(apiKey)
        case .oauth2:
            guard let oauth = OAuthAuthorization(node, path: reader.path(of: key), context: context) else {
                return nil
            }
            scheme = .oauth2(oauth)
        case .session:
            guard let session = SessionAuthorization(node, path: reader.path(of: key), context: context) else {
                return nil
            }
            scheme = .session(session)
        case .signed:
            guard let signed = SignedAuthorization(node, path: reader.path(of: key), context: context) else {
                return nil
            }
            scheme = .signed(signed)
        default: scheme = .none
        }
    }

    /// The name of the secret that holds the token of OAuth 2 and of sessions.
    public static let accessToken = "access_token"

    /// The names of the secrets that a request needs, sorted: for OAuth 2 and sessions that is the token.
    public var secretNames: [String] {
        switch scheme {
        case .oauth2, .session: [Self.accessToken]
        case .none: []
        case .basic(let basic): basic.username.secretNames.union(basic.password.secretNames).sorted()
        case .bearer(let bearer): bearer.token.secretNames.sorted()
        case .apiKey(let key): key.value.secretNames.sorted()
        case .signed(let signed):
            signed.headers.reduce(into: Set()) { $0.formUnion($1.value.secretNames) }.sorted()
        }
    }

    /// The names of the secrets that someone has to give, sorted: for OAuth 2 and sessions those that a token is asked
    /// for with.
    public var givenSecretNames: [String] {
        switch scheme {
        case .oauth2(let oauth): oauth.givenSecrets.sorted()
        case .session(let session): session.givenSecrets.sorted()
        default: secretNames
        }
    }

    /// Whether requests carry a token that is asked for and renewed.
    public var hasToken: Bool {
        switch scheme {
        case .oauth2, .session: true
        default: false
        }
    }

    /// What is kept beside the token.
    public var kept: [KeptField] {
        switch scheme {
        case .oauth2(let oauth): oauth.kept
        case .session(let session): session.kept
        default: []
        }
    }
}

/// HTTP basic authorisation (RFC 7617).
public struct BasicAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case username, password
    }

    /// The user name.
    public var username: Template
    /// The password.
    public var password: Template

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        username = reader.template(.username, names: .credentials) ?? Template(literal: "")
        password = reader.template(.password, names: .credentials) ?? Template(literal: "")
        guard reader.has(.username) || reader.has(.password) else {
            reader.missing(.username, advice: "write username and password, with {{ secret.… }} for what is secret")
            return nil
        }
    }
}

/// A token in the `Authorization` header (RFC 6750).
public struct BearerAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case token, scheme
    }

    /// The token.
    public var token: Template
    /// The word before it.
    public var word: String

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        if case .text(let text) = node.content {
            guard let token = context.template(text, at: node.origin, path: path, names: .credentials) else {
                return nil
            }
            self.token = token
            word = "Bearer"
            return
        }
        let reader = KeyedReader<Key>(node, path: path, context: context)
        word = reader.text(.scheme) ?? "Bearer"
        guard let token = reader.template(.token, names: .credentials) else {
            if !reader.has(.token) { reader.missing(.token, advice: "write token: \"{{ secret.token }}\"") }
            return nil
        }
        self.token = token
    }
}

/// A key in a header, in the query or in the body.
public struct APIKeyAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case header, query, body, value
    }

    /// Where the key goes.
    public var target: RequestTarget
    /// The key.
    public var value: Template

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        guard let target = reader.target(header: .header, query: .query, body: .body) else { return nil }
        self.target = target
        guard let value = reader.template(.value, names: .credentials) else {
            if !reader.has(.value) { reader.missing(.value, advice: "write value: \"{{ secret.key }}\"") }
            return nil
        }
        self.value = value
    }
}

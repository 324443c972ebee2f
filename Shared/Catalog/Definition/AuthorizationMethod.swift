/// One way of authorisation; an integration has the secrets of one of them.
public struct AuthorizationMethod: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case title, none, basic, bearer, apiKey = "api_key"
    }

    /// How a request is authorised.
    public enum Scheme: Sendable, Hashable {
        case none
        case basic(BasicAuthorization)
        case bearer(BearerAuthorization)
        case apiKey(APIKeyAuthorization)
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
        let written: [Key] = [.none, .basic, .bearer, .apiKey].filter { reader.has($0) }
        guard written.count == 1, let key = written.first, let node = reader[key] else {
            context.report(
                at: entry.keyOrigin, path: path,
                written.isEmpty ? "the way of authorisation is missing" : "several ways of authorisation in one entry",
                advice: "write exactly one of: none, basic, bearer, api_key")
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
        default: scheme = .none
        }
    }

    /// The names of the secrets that an integration must have for it, sorted.
    public var secretNames: [String] {
        var names = Set<String>()
        for expression in templates.flatMap(\.expressions) {
            expression.forEachReference { name, path in
                if name == .secret, case .key(let secret)? = path.steps.first { names.insert(secret) }
            }
        }
        return names.sorted()
    }

    private var templates: [Template] {
        switch scheme {
        case .none: []
        case .basic(let basic): [basic.username, basic.password]
        case .bearer(let bearer): [bearer.token]
        case .apiKey(let key): [key.value]
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

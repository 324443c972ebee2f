import JSON
import Models

/// A login call that yields a session token, which requests carry until it ends.
public struct SessionAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case request, token, assertion, lifetime, header, scheme, keep
    }

    /// The login call.
    public var request: RequestTemplate
    /// Where its response holds the token: a path into the body, or an expression over `response`.
    public var token: ValueSource
    /// What is signed for the login call, which reads it as `secret.assertion`.
    public var assertion: OAuthAssertion?
    /// How long a session is good; nil is as long as the provider takes the token.
    public var lifetime: Duration?
    /// What is kept of the response: name → path.
    public var kept: [KeptField]
    /// How requests carry the token.
    public var carriage: TokenCarriage

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        lifetime = reader.duration(.lifetime)
        assertion = reader[.assertion].flatMap {
            OAuthAssertion($0, path: reader.path(of: .assertion), context: context)
        }
        kept = KeptField.fields(reader, .keep)
        carriage = TokenCarriage(reader, header: .header, scheme: .scheme)
        let token = reader.source(.token, names: .response)
        if !reader.has(.token) {
            reader.missing(.token, advice: "write where the response holds the token, such as token: data.session")
        }
        let request = reader[.request].flatMap {
            RequestTemplate($0, path: reader.path(of: .request), context: context)
        }
        if !reader.has(.request) {
            reader.missing(.request, advice: "write the login call, such as request: { path: /login, body: { … } }")
        }
        guard let token, let request else { return nil }
        reader.checkCredentials(request.templates, .request)
        self.token = token
        self.request = request
    }

    /// The name by which the login call reads its assertion.
    static let assertionSecret = "assertion"

    /// The secrets that someone has to give.
    var givenSecrets: Set<String> {
        var names: Set<String> = []
        for template in request.templates + (assertion?.templates ?? []) { names.formUnion(template.secretNames) }
        if assertion != nil { names.remove(Self.assertionSecret) }
        return names
    }
}

/// Requests that carry a signature over themselves.
public struct SignedAuthorization: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case headers
    }

    /// A header that is computed from the finished request.
    public struct Header: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value.
        public var value: Template
    }

    /// The headers, in the order written.
    public var headers: [Header]

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        headers = reader.entries(.headers).compactMap { entry in
            let place = "\(reader.path(of: .headers)).\(entry.key)"
            guard HeaderName.isValid(entry.key) else {
                context.report(
                    at: entry.keyOrigin, path: place, "'\(entry.key)' cannot be the name of a header",
                    advice: "use letters, digits and hyphens, such as X-Signature")
                return nil
            }
            guard case .text(let text) = entry.value.content else {
                context.report(
                    at: entry.value.origin, path: place, "a text is expected, not \(entry.value.kindName)",
                    advice: "write an expression such as \"{{ request.body | hmac_sha256(secret.key) }}\"")
                return nil
            }
            return context.template(text, at: entry.value.origin, path: place, names: .signature).map {
                Header(name: entry.key, value: $0)
            }
        }
        guard reader.has(.headers) else {
            reader.missing(
                .headers, advice: "write headers: { X-Signature: \"{{ request.body | hmac_sha256(secret.key) }}\" }")
            return nil
        }
    }
}

/// The request that shows whether a new connection works.
public struct VerifyDefinition: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case request
        case baseURL = "base_url"
    }

    /// The request.
    public var request: RequestTemplate
    /// The address that its path is joined to; nil is the object's.
    public var baseURL: Template?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        baseURL = reader.has(.baseURL) ? reader.template(.baseURL, names: .address) : nil
        guard let node = reader[.request] else {
            reader.missing(.request, advice: "write the request, such as request: { path: /me }")
            return nil
        }
        guard let request = RequestTemplate(node, path: reader.path(of: .request), context: context) else { return nil }
        for name in [Name.since, .until, .page, .run, .cursor, .parent] where request.reads(name) {
            reader.report(
                .request, "'\(name.rawValue)' is not known here",
                advice: "there is no run when a connection is verified")
        }
        self.request = request
    }
}

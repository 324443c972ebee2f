import JSON
import Models

/// What a signed assertion (RFC 7523) says.
public struct OAuthAssertion: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case algorithm, key, keyID = "key_id", issuer, subject, audience, lifetime, claims
    }

    /// How it is signed.
    public enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case es256 = "ES256"
    }

    /// How it is signed.
    public var algorithm: Algorithm
    /// The private key as PEM.
    public var key: Template
    /// Which key that is.
    public var keyID: Template?
    /// `iss`.
    public var issuer: Template
    /// `sub`.
    public var subject: Template?
    /// `aud`; the token endpoint if missing.
    public var audience: Template?
    /// How long it is good.
    public var lifetime: Duration
    /// Further claims.
    public var claims: BodyTemplate?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        algorithm = reader.choice(.algorithm, Algorithm.self) ?? .rs256
        keyID = reader.template(.keyID, names: .credentials)
        subject = reader.template(.subject, names: .credentials)
        audience = reader.template(.audience, names: .credentials)
        lifetime = reader.duration(.lifetime) ?? .seconds(300)
        claims = reader[.claims].map { BodyTemplate($0, path: reader.path(of: .claims), context: context) }
        if let claims { reader.checkCredentials(claims.templates, .claims) }
        issuer = reader.template(.issuer, names: .credentials) ?? Template(literal: "")
        if !reader.has(.issuer) { reader.missing(.issuer, advice: "write issuer: \"{{ secret.client_id }}\"") }
        guard let key = reader.template(.key, names: .credentials) else {
            if !reader.has(.key) { reader.missing(.key, advice: "write key: \"{{ secret.private_key }}\"") }
            return nil
        }
        self.key = key
    }

    var templates: [Template] {
        [key, issuer] + [keyID, subject, audience].compactMap { $0 } + (claims?.templates ?? [])
    }
}

/// How a token response says how long its access token is good.
public struct OAuthExpiry: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case `in`, unit, at, `default`
    }

    /// The unit of a lifetime.
    public enum Unit: String, Sendable, CaseIterable {
        case millisecond, second, minute, hour, day

        /// How long one is, in milliseconds.
        package var milliseconds: Int64 {
            switch self {
            case .millisecond: 1
            case .second: 1000
            case .minute: 60_000
            case .hour: 3_600_000
            case .day: 86_400_000
            }
        }
    }

    /// The path of the lifetime.
    public var lifetime: JSONPath
    /// Its unit.
    public var unit: Unit = .second
    /// The path of the time at which it ends.
    public var time: JSONPath?
    /// The lifetime where the response says nothing; nil is as long as the provider takes the token.
    public var fallback: Duration?

    /// As the standard has it.
    init() { lifetime = JSONPath(keys: "expires_in") }

    init(_ node: DefinitionNode, path: String, context: DecodingContext) {
        self.init()
        let reader = KeyedReader<Key>(node, path: path, context: context)
        lifetime = reader.fieldPath(.in) ?? lifetime
        unit = reader.choice(.unit, Unit.self) ?? .second
        time = reader.fieldPath(.at)
        fallback = reader.duration(.default)
    }
}

/// A field of a token response that expressions read as `token.<name>`.
public struct KeptField: Sendable, Hashable {
    /// The name.
    public var name: String
    /// Where it stands in the token response; a field of the redirect back has its own name there.
    public var path: JSONPath

    /// A list of names, or a map of name → path.
    static func fields<Key: LanguageKey>(_ reader: KeyedReader<Key>, _ key: Key) -> [KeptField] {
        guard let node = reader[key] else { return [] }
        if case .map(let entries) = node.content {
            return entries.compactMap { entry in
                guard case .text(let text) = entry.value.content,
                    let path = reader.context.fieldPath(text, at: entry.value.origin, path: reader.path(of: key))
                else { return nil }
                return KeptField(name: entry.key, path: path)
            }
        }
        return reader.items(key).compactMap { item in
            guard case .text(let text) = item.content,
                let path = reader.context.fieldPath(text, at: item.origin, path: reader.path(of: key))
            else {
                reader.report(
                    key, "the name of a field is expected, not \(item.kindName)",
                    advice: "write a list such as [instance_url]")
                return nil
            }
            return KeptField(name: text, path: path)
        }
    }
}

/// How requests carry a token.
public struct TokenCarriage: Sendable, Hashable {
    /// The header.
    public var header: String
    /// The word before it; empty for a bare token.
    public var word: String

    init<Key: LanguageKey>(_ reader: KeyedReader<Key>, header: Key, scheme: Key) {
        self.header = reader.text(header) ?? "Authorization"
        word = reader.text(scheme) ?? (self.header.lowercased() == "authorization" ? "Bearer" : "")
        if !HeaderName.isValid(self.header) {
            reader.report(
                header, "'\(self.header)' cannot be the name of a header",
                advice: "use letters, digits and hyphens, such as X-API-Token")
        }
    }

    /// The header's value for `token`.
    func value(_ token: String) -> String { word.isEmpty ? token : "\(word) \(token)" }
}

extension KeyedReader {
    /// Reports templates of a request that read what there is only within a run.
    func checkCredentials(_ templates: [Template], _ key: Key) {
        for name in Name.allCases where !NameSet.credentials.contains(name) {
            guard templates.contains(where: { $0.reads(name) }) else { continue }
            report(
                key, "'\(name.rawValue)' is not known here",
                advice: "use \(NameSet.credentials.names.map(\.rawValue).joined(separator: ", "))")
        }
    }
}

extension Template {
    /// The names of the secrets that it reads.
    var secretNames: Set<String> {
        var names = Set<String>()
        for expression in expressions {
            expression.forEachReference { name, path in
                if name == .secret, case .key(let secret)? = path.steps.first { names.insert(secret) }
            }
        }
        return names
    }
}

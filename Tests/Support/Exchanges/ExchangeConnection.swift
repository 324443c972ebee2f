import Catalog
import Cryptography
import JSON
import Models

/// The token that an integration has when the run of an exchange file begins, and what becomes of it.
package struct ExchangeConnection: Sendable {
    /// The keys of `connection`.
    package static let keys = ["consent"] + tokenKeys + ["becomes"]
    private static let tokenKeys = ["access_token", "refresh_token", "expires_at", "kept"]

    /// Whether the file begins with a person's consent.
    package let consents: Bool
    /// The token; nil where none is stored yet.
    package let token: GrantedToken?
    /// What of the token at the end is compared, in the same form.
    private let becomes: JSONObject

    init(_ script: JSONValue) throws {
        try ExchangeScript.allow(Self.keys, in: script, "connection")
        consents = script["consent"] == .bool(true)
        let expiresAt = try script["expires_at"].map { try ExchangeScript.time($0, "connection.expires_at") }
        token = script["access_token"]?.string.map { access in
            GrantedToken(
                access: Secret(access), refresh: (script["refresh_token"]?.string).map { Secret($0) },
                expiresAt: expiresAt, kept: script["kept"]?.object ?? JSONObject())
        }
        if let becomes = script["becomes"] { try ExchangeScript.allow(Self.tokenKeys, in: becomes, "becomes") }
        becomes = script["becomes"]?.object ?? JSONObject()
    }

    /// How the token that is stored at the end differs from what is written.
    package func differences(from stored: GrantedToken?) -> [String] {
        guard let stored else {
            return becomes.orderedKeys.isEmpty ? [] : ["connection: no token is stored at the end"]
        }
        let found: [String: JSONValue] = [
            "access_token": .string(stored.access.reveal()),
            "refresh_token": stored.refresh.map { .string($0.reveal()) } ?? .null,
            "expires_at": stored.expiresAt.map { .string($0.description) } ?? .null, "kept": .object(stored.kept),
        ]
        return becomes.flatMap { key, written in
            ValueComparison.differences(found[key] ?? .null, written, at: "connection.becomes.\(key)")
        }
    }
}

extension ExchangeScript {
    /// The way by which the integration comes to its token; nil where the file has no `connection`.
    package func tokenMethod(of object: ObjectDefinition) throws -> AuthorizationMethod? {
        guard connection != nil else { return nil }
        let method =
            if let name = context.authorization {
                object.authorization.first { $0.name == name }
            } else {
                object.way(given: context.secrets)
            }
        guard let method, method.hasToken else {
            throw Problem(
                description: "'connection' is written, and no way of authorisation with a token has its secrets")
        }
        return method
    }
}

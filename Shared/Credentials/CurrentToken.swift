import Catalog
import Cryptography
import JSON
import Models

/// A token that requests carry now.
package struct CurrentToken: Sendable {
    /// Grows with each token of an integration.
    package var version: Int64
    /// What requests carry.
    package var access: Secret
    /// What was kept beside it.
    package var kept: JSONValue
    /// When to ask for the next one; nil is when the provider refuses this one.
    package var renewAt: Timestamp?
    /// Which renewal it was read after: another one there is by now was begun later.
    var fence: Int64
    /// Whether it was renewed while it was asked for, and nobody was about to renew it again when it was read.
    var isFresh: Bool
}

/// Whose token, and how it is come by.
package struct TokenSubject: Sendable {
    /// The integration.
    package var integration: Int64
    /// The integration, outside of the database.
    package var publicID: PublicID
    /// The provider's name, for messages.
    package var provider: String
    /// The way of authorisation.
    package var method: AuthorizationMethod
    /// How a token is asked for.
    package var requests: TokenRequests

    /// A subject.
    package init(
        integration: Int64, publicID: PublicID, object: ObjectDefinition, method: AuthorizationMethod,
        settings: JSONValue, secrets: [String: Secret]
    ) {
        self.integration = integration
        self.publicID = publicID
        provider = object.provider
        self.method = method
        requests = TokenRequests(object, method: method, settings: settings, secrets: secrets)
    }

    /// What a token of it is sealed for.
    package var purpose: String { "token:\(publicID)" }

    /// The machine that decides about the token of `version`.
    func machine(version: Int64) -> RenewalMachine {
        let refresh: OAuthAuthorization.RefreshToken =
            if case .oauth2(let oauth) = method.scheme { oauth.refreshToken } else { .none }
        // A hash of what it is about, and not chance: every process decides alike.
        let mixed = (publicID.low ^ UInt64(bitPattern: version)) &* 0x9E37_79B9_7F4A_7C15
        return RenewalMachine(
            needsNobody: requests.needsNobody, refreshToken: refresh, jitter: Double(mixed >> 40) / Double(1 << 24))
    }
}

/// What became of a renewal, for metrics.
package enum RenewalOutcome: String, Sendable, CaseIterable {
    /// A new token is stored.
    case renewed
    /// The provider refused.
    case refused
    /// The provider could not be asked.
    case unavailable
    /// The provider's answer did not arrive.
    case unclear
    /// Somebody else was faster.
    case superseded
    /// The answer to a refresh token that must not be sent twice was lost.
    case lost
}

import Catalog
import Models

/// What is to be done about a token before a request, as a pure function of what is known of it.
package struct RenewalMachine: Sendable, Hashable {
    /// What is known of a token.
    package struct Facts: Sendable, Hashable {
        /// Grows with each token; 0 before the first.
        package var version: Int64 = 0
        /// When the token was stored.
        package var grantedAt: Timestamp?
        /// When it ends, where that is known.
        package var expiresAt: Timestamp?
        /// Whether there is a refresh token.
        package var hasRefreshToken = false
        /// Until when somebody renews it.
        package var leaseUntil: Timestamp?
        /// When somebody committed the intent to send the refresh token, without an answer that was stored.
        package var intendedAt: Timestamp?

        /// Nothing.
        package init() {}
    }

    /// What a renewal sends.
    package enum Renewal: Sendable, Hashable {
        /// The refresh token.
        case refresh
        /// The refresh token once more: somebody sent it, or was about to, and its answer was never stored.
        case resend
        /// The secrets that a token is asked for with, which are not used up.
        case grant
    }

    /// What is to be done.
    package enum Decision: Sendable, Hashable {
        /// Use the token.
        case use
        /// Somebody renews it: look again.
        case wait
        /// Renew it.
        case renew(Renewal)
        /// The answer to a refresh token that must not be sent twice is lost.
        case lost
        /// A person has to connect: there is no token.
        case connect
        /// A person has to connect again: the token is over, or was refused, and nothing renews it.
        case reconnect
    }

    /// Whether a new token can be had without a person.
    private let needsNobody: Bool
    private let refreshToken: OAuthAuthorization.RefreshToken
    /// From 0 to 1, different for each token: so that tokens of one hour are not renewed in the same minute.
    private let jitter: Double

    /// The longest that a token is renewed ahead of its end.
    static let longestMargin = Duration.seconds(300)

    /// The machine of a way of authorisation.
    package init(needsNobody: Bool, refreshToken: OAuthAuthorization.RefreshToken, jitter: Double) {
        self.needsNobody = needsNobody
        self.refreshToken = refreshToken
        self.jitter = min(1, max(0, jitter))
    }

    /// When a token is renewed ahead of its end: half to all of a fifth of its life before, at most five minutes. Nil
    /// where it has no end.
    package func renewalTime(_ facts: Facts) -> Timestamp? {
        guard let end = facts.expiresAt else { return nil }
        let life = max(.zero, end - (facts.grantedAt ?? end))
        return end - min(Self.longestMargin, life / 5) * (0.5 + jitter / 2)
    }

    /// What is to be done with what is known at `now`. `refused` is the version of a token that the provider has
    /// refused.
    package func decide(_ facts: Facts, now: Timestamp, refused: Int64? = nil) -> Decision {
        let isLeased = facts.leaseUntil.map { now < $0 } ?? false
        guard facts.version > 0 else {
            if isLeased { return .wait }
            return needsNobody ? .renew(.grant) : .connect
        }
        let isOver = facts.expiresAt.map { now >= $0 } ?? false
        // A token is needed now, and not only soon.
        let isNeeded = isOver || (refused ?? 0) >= facts.version
        guard isNeeded || renewalTime(facts).map({ now >= $0 }) ?? false else { return .use }
        if isLeased { return isNeeded ? .wait : .use }
        if needsNobody { return .renew(.grant) }
        guard facts.hasRefreshToken, refreshToken != .none else { return isNeeded ? .reconnect : .use }
        guard facts.intendedAt != nil else { return .renew(.refresh) }
        switch refreshToken {
        case .reusable, .rotates: return .renew(.resend)
        case .revokes, .none: return isNeeded ? .lost : .use
        }
    }

    /// Whether the intent to send a token stays behind although its sender is still there: it may have been used.
    package func keepsIntent(after renewal: Renewal) -> Bool { renewal != .grant && refreshToken != .reusable }
}

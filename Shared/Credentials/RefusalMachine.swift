/// What it means that a provider refuses the tokens of one request, as a pure function of what is known of them.
///
/// A refusal speaks against the credential only where nothing else explains it: the token was renewed because the
/// request had been refused before, it was not over when the answer arrived, and nobody had begun to renew it
/// meanwhile. On a machine that stood still, tokens that live seconds are over before their request arrives, and many
/// authorisation servers end a token when its successor is made. And once is not enough: a process that slept between
/// its intent and its request may have had the token replaced without anyone knowing.
package struct RefusalMachine: Sendable, Hashable {
    /// What is known of a token, after its refusal arrived.
    package struct Facts: Sendable, Hashable {
        /// Whether it was made after a refusal of the same request, and not found as it was.
        package var wasRenewed: Bool
        /// Whether nobody has begun to renew it since it was given out.
        package var isNewest: Bool
        /// Whether its end had passed when the refusal arrived.
        package var isOver: Bool

        /// What is known of a token.
        package init(wasRenewed: Bool, isNewest: Bool, isOver: Bool) {
            self.wasRenewed = wasRenewed
            self.isNewest = isNewest
            self.isOver = isOver
        }
    }

    /// What is to be done about a refusal.
    package enum Decision: Sendable, Hashable {
        /// Renew the token, or take the newer one, and repeat the request.
        case renew
        /// The provider does not take the credential.
        case believe
        /// Nothing is proven, and it has been tried often enough: the run tries later.
        case later
    }

    /// Refusals of one request, at the last of which nothing more is tried.
    private let most: Int
    /// Refusals that speak against the credential, at the last of which it is believed.
    private let enough = 2
    private var refusals = 0
    private var speaking = 0

    /// The machine of one request, which is made `most` times at most.
    package init(most: Int = 5) { self.most = most }

    /// Takes note of a refusal.
    package mutating func refused(_ facts: Facts) -> Decision {
        refusals += 1
        if facts.wasRenewed, facts.isNewest, !facts.isOver { speaking += 1 }
        if speaking == enough { return .believe }
        return refusals < most ? .renew : .later
    }
}

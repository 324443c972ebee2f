import Models
import Storage

/// Which account or contact a record is.
package struct MatchDecision: Equatable, Sendable {
    /// The one that there is; nil: there is none, it is to be created.
    package var entity: PublicID?
    /// Why.
    package var rule: MatchRule
    /// What matched.
    package var evidence: String?

    /// Decides for a source that has no match yet (external ids go before everything and are the match itself): by
    /// domain, then by name for an account, by e-mail address for a contact.
    ///
    /// Two companies may have one name. Where both the record and the account that has the name say which domain is
    /// theirs and these differ, they are two companies: to join two companies' records is worse than to keep one's
    /// apart, and with domains everywhere the outcome does not depend on which record came first.
    package static func decide(_ identities: [IdentityKey], known: MatchingKnowledge) -> MatchDecision {
        let domain = identities.first { $0.kind == .domain }?.value
        for key in identities {
            guard let entity = known.owner(of: key) else { continue }
            switch key.kind {
            case .domain: return MatchDecision(entity: entity, rule: .domain, evidence: key.value)
            case .email: return MatchDecision(entity: entity, rule: .email, evidence: key.value)
            case .name:
                if let domain, let other = known.domain(ofOwnerOf: key), domain != other { continue }
                return MatchDecision(entity: entity, rule: .name, evidence: key.value)
            }
        }
        return MatchDecision(entity: nil, rule: .created, evidence: nil)
    }
}

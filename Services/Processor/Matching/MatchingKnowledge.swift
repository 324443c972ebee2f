import Models
import Storage

/// What has to be looked up to match a batch.
package struct MatchingQuestions: Equatable, Sendable {
    /// References to accounts and contacts, the batch's own Interactions among them.
    package var references: [EntityRole: Set<ExternalReference>] = [:]
    /// Domains, names and e-mail addresses.
    package var identities: Set<IdentityKey> = []

    /// The questions that `changed` raises.
    package init(_ changed: [ChangedInteraction]) {
        identities.reserveCapacity(2 * changed.count)
        for interaction in changed {
            for type in interaction.absentTypes {
                if let role = EntityRole(type) { references[role, default: []].insert(interaction.reference) }
            }
            for record in interaction.records {
                if let role = record.role {
                    // A new Interaction has no match of its own; whoever refers to it asks for itself.
                    if !interaction.isNew { references[role, default: []].insert(interaction.reference) }
                    for key in interaction.identities(of: record) { identities.insert(key) }
                }
                for role in EntityRole.allCases {
                    guard let reference = record.reference(to: role) else { continue }
                    if let externalID = reference.externalID {
                        references[role, default: []].insert(
                            ExternalReference(integrationID: interaction.object.integrationID, externalID: externalID))
                    }
                    if let value = reference.identity {
                        identities.insert(interaction.identity(role.referenceKind, value))
                    }
                }
            }
        }
    }
}

/// What is known about who is who: what was looked up, and what the batch adds to it.
package struct MatchingKnowledge: Sendable {
    /// Who each source is, and whether it lives.
    package private(set) var sources: [SourceKey: (entity: PublicID, isLive: Bool)] = [:]
    /// Who an external id means; of several objects' Interactions with that id, the one of the lowest object id.
    private var references: [EntityRole: [ExternalReference: (objectID: Int64, entity: PublicID)]] = [:]
    private var identities: [IdentityKey: (entity: PublicID, domain: String?)] = [:]

    /// Nothing.
    package init() {}

    /// Makes room at once for what a batch of `count` Interactions adds, instead of moving everything again and again.
    package mutating func reserve(_ count: Int) {
        sources.reserveCapacity(count)
        identities.reserveCapacity(2 * count)
        for role in EntityRole.allCases { references[role, default: [:]].reserveCapacity(count) }
    }

    /// Adds a match.
    package mutating func add(_ match: StoredMatch, role: EntityRole) {
        let key = InteractionKey(objectID: match.objectID, externalID: match.reference.externalID)
        sources[SourceKey(integrationID: match.reference.integrationID, role: role, interaction: key)] =
            (match.entity, match.isLive)
        if let known = references[role]?[match.reference], known.objectID <= match.objectID { return }
        references[role, default: [:]][match.reference] = (match.objectID, match.entity)
    }

    /// Notes whether a known source exists and yields the role.
    package mutating func set(_ source: SourceKey, isLive: Bool) { sources[source]?.isLive = isLive }

    /// Adds an identity.
    package mutating func add(_ identity: StoredIdentity) {
        identities[identity.key] = (identity.entity, identity.domain)
    }

    /// The account or contact that `reference` means.
    func entity(_ role: EntityRole, _ reference: ExternalReference) -> PublicID? {
        references[role]?[reference]?.entity
    }

    /// Who has the identity.
    func owner(of key: IdentityKey) -> PublicID? { identities[key]?.entity }

    /// The domain of the account that has the name.
    func domain(ofOwnerOf key: IdentityKey) -> String? { identities[key]?.domain }
}

extension MappedRecord {
    /// How it names the account or contact that it belongs to.
    func reference(to role: EntityRole) -> RecordReference? { role == .account ? account : contact }
}

import Models
import Storage

/// Everything that a batch of stored Interactions changes in the typed tables, decided without touching them.
package struct MatchingPlan: Sendable {
    /// New matches.
    package private(set) var matches: [MatchRow] = []
    /// Sources that exist again.
    package private(set) var revived: [SourceKey] = []
    /// Sources that exist no more, with what they described.
    package private(set) var gone: [(source: SourceKey, entity: PublicID)] = []
    /// New identities.
    package var identities: [StoredIdentity] { Array(newIdentities.values) }
    /// Names that are known, whose account now has a domain.
    package private(set) var namesWithDomain: [StoredIdentity] = []
    /// Accounts and contacts as their sources in this batch describe them, one row each.
    package private(set) var entities: [EntityRole: [EntityRow]] = [:]
    /// Deals, tickets and tasks.
    package private(set) var records: [InteractionType: [TypedRow]] = [:]
    /// Deals, tickets and tasks that are gone.
    package private(set) var deletions: [InteractionType: [InteractionKey]] = [:]
    /// What records may be waiting for.
    package private(set) var targets: [LinkTarget] = []
    /// The locks under which the lookups must have been made for this plan to hold: see `EntityLock`.
    package private(set) var locks: Set<EntityLock> = []

    private var lastLock: EntityLock?
    private var knowledge: MatchingKnowledge
    private var newIdentities: [IdentityKey: StoredIdentity] = [:]
    private var rowOfEntity: [PublicID: Int] = [:]

    /// Plans for `changed`, given what is known.
    package init(
        _ changed: [ChangedInteraction], knowledge: MatchingKnowledge, newID: () -> PublicID
    ) {
        self.knowledge = knowledge
        self.knowledge.reserve(changed.count)
        newIdentities.reserveCapacity(changed.count)
        rowOfEntity.reserveCapacity(changed.count)
        for interaction in changed {
            for type in interaction.absentTypes { remove(type, of: interaction) }
        }
        // Accounts, then contacts, then what refers to them: so that a batch links within itself.
        for role in [EntityRole.account, .contact] {
            for interaction in changed {
                for record in interaction.records where record.role == role {
                    add(record, of: interaction, role: role, newID: newID)
                }
            }
        }
        for interaction in changed {
            for record in interaction.records where record.role == nil { add(record, of: interaction) }
        }
    }

    /// The locks that a batch needs in any case, as far as can be known before anything is looked up: new Interactions
    /// create accounts and contacts and refer to others.
    package static func locksOfNew(_ changed: [ChangedInteraction]) -> Set<EntityLock> {
        var locks: Set<EntityLock> = []
        for interaction in changed where interaction.isNew {
            for record in interaction.records {
                let customerID = interaction.object.customerID
                if let role = record.role {
                    locks.insert(EntityLock(role: role, customerID: customerID, isExclusive: true))
                }
                for role in EntityRole.allCases where record.reference(to: role) != nil {
                    locks.insert(EntityLock(role: role, customerID: customerID, isExclusive: false))
                }
            }
        }
        return locks
    }

    /// One record after the other needs the same lock.
    private mutating func need(_ lock: EntityLock) {
        guard lock != lastLock else { return }
        lastLock = lock
        locks.insert(lock)
    }

    private mutating func add(
        _ record: MappedRecord, of interaction: ChangedInteraction, role: EntityRole, newID: () -> PublicID
    ) {
        let source = interaction.source(role)
        let identities = interaction.identities(of: record)
        let customerID = interaction.object.customerID
        let entity: PublicID
        var isNew = false
        if let known = knowledge.sources[source] {
            entity = known.entity
            if !known.isLive {
                revived.append(source)
                knowledge.set(source, isLive: true)
            }
        } else {
            let decision = MatchDecision.decide(identities, known: knowledge)
            entity = decision.entity ?? newID()
            isNew = decision.entity == nil
            matches.append(
                MatchRow(
                    source: source, customerID: customerID, entity: entity, rule: decision.rule,
                    evidence: decision.evidence))
            knowledge.add(
                StoredMatch(
                    reference: interaction.reference, objectID: interaction.key.objectID, entity: entity, isLive: true),
                role: role)
            targets.append(LinkTarget(role: role, name: .external(interaction.reference), entity: entity))
            need(EntityLock(role: role, customerID: customerID, isExclusive: true))
        }
        let domain = record.text("domain")
        for key in identities where knowledge.owner(of: key) == nil {
            let identity = StoredIdentity(key: key, entity: entity, domain: key.kind == .name ? domain : nil)
            newIdentities[key] = identity
            knowledge.add(identity)
            if key.kind == role.referenceKind {
                targets.append(
                    LinkTarget(role: role, name: .identity(customerID: customerID, value: key.value), entity: entity))
            }
            need(EntityLock(role: role, customerID: customerID, isExclusive: true))
        }
        // A name whose account had no domain so far now tells it from another company of that name.
        for key in identities where key.kind == .name && domain != nil && knowledge.owner(of: key) == entity {
            guard knowledge.domain(ofOwnerOf: key) == nil else { continue }
            let identity = StoredIdentity(key: key, entity: entity, domain: domain)
            if newIdentities[key] == nil { namesWithDomain.append(identity) } else { newIdentities[key] = identity }
            knowledge.add(identity)
            need(EntityLock(role: role, customerID: customerID, isExclusive: true))
        }
        let row = EntityRow(
            id: entity, customerID: customerID, integrationID: interaction.object.integrationID,
            source: SourcePrecedence(modified: interaction.modified, interaction: interaction.key), record: record,
            account: role == .contact ? link(record, to: .account, of: interaction) : nil, isNew: isNew)
        if let place = rowOfEntity[entity], let other = entities[role]?[place] {
            if other.source < row.source {
                entities[role]?[place] = row
                entities[role]?[place].isNew = other.isNew
            }
        } else {
            rowOfEntity[entity] = entities[role]?.count ?? 0
            entities[role, default: []].append(row)
        }
    }

    private mutating func add(_ record: MappedRecord, of interaction: ChangedInteraction) {
        records[record.type, default: []].append(
            TypedRow(
                key: interaction.key, customerID: interaction.object.customerID,
                integrationID: interaction.object.integrationID, record: record,
                account: link(record, to: .account, of: interaction),
                contact: link(record, to: .contact, of: interaction), isNew: interaction.isNew))
    }

    private mutating func remove(_ type: InteractionType, of interaction: ChangedInteraction) {
        guard let role = EntityRole(type) else {
            deletions[type, default: []].append(interaction.key)
            return
        }
        let source = interaction.source(role)
        guard let known = knowledge.sources[source], known.isLive else { return }
        gone.append((source, known.entity))
        knowledge.set(source, isLive: false)
    }

    /// The link of `record` to an account or contact: by the id that it names, else the one that the same Interaction
    /// is, else by domain or e-mail address.
    private mutating func link(
        _ record: MappedRecord, to role: EntityRole, of interaction: ChangedInteraction
    ) -> RecordLink? {
        let link = LinkResolution.link(
            record.reference(to: role), to: role, customerID: interaction.object.customerID,
            integrationID: interaction.object.integrationID, sameRecord: interaction.source(role), known: knowledge)
        if LinkResolution.awaits(link) {
            need(EntityLock(role: role, customerID: interaction.object.customerID, isExclusive: false))
        }
        return link
    }
}

import Models
import Storage

/// Brings the typed tables, the matches and the outbox up to date with Interactions that were stored in the same
/// transaction.
package struct MatchingTransaction: Sendable {
    private let session: any DataSession
    private let cache: DefinitionCache
    private let now: Timestamp

    /// Part of an open transaction.
    package init(session: any DataSession, cache: DefinitionCache, now: Timestamp) {
        self.session = session
        self.cache = cache
        self.now = now
    }

    /// Applies `changed`, which is in key order.
    package func apply(_ changed: [ChangedInteraction]) async throws {
        guard !changed.isEmpty else { return }
        var outbox = OutboxCollection()
        for interaction in changed where !InteractionType.canonical.contains(interaction.object.type) {
            outbox.add(.custom(""), interaction.object.customerID, interaction.key)
        }
        let questions = MatchingQuestions(changed)
        var held = MatchingPlan.locksOfNew(changed)
        try await session.lock(held.merged)
        var plan = MatchingPlan(changed, knowledge: try await knowledge(questions), newID: newID)
        if !held.cover(plan.locks) {
            // It creates something, or something that it refers to is missing: look again when nobody else can be
            // about to create it.
            held.formUnion(plan.locks)
            try await session.lock(plan.locks.merged)
            plan = MatchingPlan(changed, knowledge: try await knowledge(questions), newID: newID)
        }
        try await write(plan, into: &outbox)
        for role in EntityRole.allCases { try await describeAnew(role, plan.gone, into: &outbox) }
        try await session.enqueue(outbox.entries)
    }

    private func write(_ plan: MatchingPlan, into outbox: inout OutboxCollection) async throws {
        try await session.insert(plan.matches)
        try await session.setLive(true, plan.revived)
        try await session.setLive(false, plan.gone.map(\.source))
        try await session.insert(plan.identities)
        try await session.setDomains(plan.namesWithDomain)
        for role in [EntityRole.account, .contact] {
            guard let rows = plan.entities[role] else { continue }
            let written = Set(try await session.upsert(role, rows, now: now))
            for row in rows where written.contains(row.id) { outbox.add(role.type, row.customerID, row.id) }
        }
        for type in InteractionType.canonical {
            if let rows = plan.records[type] {
                try await session.upsert(type, rows, now: now)
                for row in rows { outbox.add(type, row.customerID, row.key) }
            }
            if let keys = plan.deletions[type] {
                for key in try await session.delete(type, keys, now: now) {
                    guard let object = try await cache.object(key.objectID) else { continue }
                    outbox.add(type, object.customerID, key)
                }
            }
        }
        for entry in try await session.linkAwaiting(plan.targets, now: now) { outbox.add(entry) }
    }

    /// Accounts or contacts whose describing source is gone are described by the most recently modified one that is
    /// left; where none is, they are gone as well.
    private func describeAnew(
        _ role: EntityRole, _ gone: [(source: SourceKey, entity: PublicID)], into outbox: inout OutboxCollection
    ) async throws {
        let gone = gone.filter { $0.source.role == role }
        guard !gone.isEmpty else { return }
        let bereft = try await session.described(
            role, Set(gone.map(\.entity)).sorted(), by: gone.map(\.source.interaction))
        guard !bereft.isEmpty else { return }
        let customers = try await customers(of: gone)
        var described: [PublicID: ChangedInteraction] = [:]
        let sources = try await session.sources(role, of: bereft).sorted { $0.source > $1.source }
        for source in sources where described[source.entity] == nil {
            described[source.entity] = try await interaction(of: source, role: role)
        }
        let rows = try await rows(role, described)
        try await session.replace(role, rows, now: now)
        try await session.delete(role, bereft.filter { described[$0] == nil }, now: now)
        for id in bereft {
            if let customerID = customers[id] { outbox.add(role.type, customerID, id) }
        }
    }

    private func customers(of gone: [(source: SourceKey, entity: PublicID)]) async throws -> [PublicID: Int64] {
        var customers: [PublicID: Int64] = [:]
        for (source, entity) in gone {
            customers[entity] = try await cache.object(source.interaction.objectID)?.customerID
        }
        return customers
    }

    /// A stored source mapped again; nil where it does not yield the role.
    private func interaction(of source: EntitySource, role: EntityRole) async throws -> ChangedInteraction? {
        guard let object = try await cache.object(source.source.interaction.objectID) else { return nil }
        let records: [MappedRecord]
        do { records = try await cache.mapping(source.definition).records(in: source.payload[...]) } catch is Failure {
            return nil
        }
        guard let record = records.first(where: { $0.role == role }) else { return nil }
        return ChangedInteraction(
            object: object, key: source.source.interaction, modified: source.source.modified, isNew: false,
            records: [RecordNormalization.normalise(record)], absentTypes: [])
    }

    private func rows(_ role: EntityRole, _ described: [PublicID: ChangedInteraction]) async throws -> [EntityRow] {
        let changed = described.values.sorted { $0.key < $1.key }
        // Every one has its match, so the plan creates nothing; its rows carry the links.
        let questions = MatchingQuestions(changed)
        var plan = MatchingPlan(changed, knowledge: try await knowledge(questions), newID: newID)
        let locks = plan.locks.filter { !$0.isExclusive }
        if !locks.isEmpty {
            try await session.lock(locks.merged)
            plan = MatchingPlan(changed, knowledge: try await knowledge(questions), newID: newID)
        }
        return plan.entities[role] ?? []
    }

    private func knowledge(_ questions: MatchingQuestions) async throws -> MatchingKnowledge {
        var knowledge = MatchingKnowledge()
        for role in EntityRole.allCases {
            guard let references = questions.references[role] else { continue }
            for match in try await session.matches(role, Array(references)) { knowledge.add(match, role: role) }
        }
        for identity in try await session.identities(Array(questions.identities)) { knowledge.add(identity) }
        return knowledge
    }

    private func newID() -> PublicID { PublicID(now: now) }
}

extension Set<EntityLock> {
    /// The locks, one per role and customer.
    var merged: [EntityLock] { filter { $0.isExclusive || !contains($0.exclusive) }.sorted() }

    /// Whether holding these is enough for `others`.
    func cover(_ others: Set<EntityLock>) -> Bool {
        others.allSatisfy { contains($0) || contains($0.exclusive) }
    }
}

extension EntityLock {
    fileprivate var exclusive: EntityLock { EntityLock(role: role, customerID: customerID, isExclusive: true) }
}

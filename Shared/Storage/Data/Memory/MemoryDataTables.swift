import Models

/// The rows of a ``MemoryDataStore``.
public struct MemoryDataTables: Sendable {
    /// A stored Interaction.
    public struct Interaction: Sendable {
        /// What was stored last.
        public var row: InteractionRow
        /// Counts its changes.
        public var revision: Int64
    }

    /// A match with whether its source exists.
    public struct Match: Sendable {
        /// The match.
        public var row: MatchRow
        /// Whether the Interaction exists and yields the role.
        public var isLive: Bool
    }

    /// An account or contact.
    public struct Entity: Sendable {
        /// Its fields and links.
        public var row: EntityRow
        /// Counts its changes.
        public var revision: Int64
        /// When it changed.
        public var changedAt: Timestamp
        /// Whether no source is left.
        public var isDeleted: Bool
    }

    /// A deal, ticket or task.
    public struct Record: Sendable {
        /// Its fields and links.
        public var row: TypedRow
        /// Counts its changes.
        public var revision: Int64
        /// When it changed.
        public var changedAt: Timestamp
        /// Whether it is gone.
        public var isDeleted: Bool
    }

    /// A rejected message.
    public struct Rejected: Sendable {
        /// What makes it unique.
        public var identity: String
        /// The message with its reason.
        public var letter: DeadLetter
        /// Whether it was published.
        public var isPublished: Bool
    }

    /// A declared page with its receipts.
    public struct Page: Sendable {
        /// The declaration.
        public var declared: DeclaredPage
        /// The bits of what is stored or rejected.
        public var bits: ReceiptBits
        /// Records by what became of them.
        public var stored = 0, unchanged = 0, rejected = 0
    }

    /// The Integration Objects.
    public var objects: [StoredObject]
    /// Bodies of definitions by hash.
    public var definitions: [String: [UInt8]]
    /// Declared pages.
    public var pages: [PageKey: Page]
    /// Passed barriers, as `id/partition`.
    public var barriers: Set<String> = []
    /// Interactions.
    public var interactions: [InteractionKey: Interaction] = [:]
    /// Matches.
    public var matches: [SourceKey: Match] = [:]
    /// Identities and who has them.
    public var identities: [IdentityKey: StoredIdentity] = [:]
    /// Accounts and contacts.
    public var entities: [EntityRole: [PublicID: Entity]] = [:]
    /// Deals, tickets and tasks.
    public var records: [InteractionType: [InteractionKey: Record]] = [:]
    /// Rejected messages by identity.
    public var rejected: [String: Rejected] = [:]
    /// What is to be published, the oldest first.
    public var outbox: [OutboxEntry] = []
    /// Objects to be mapped again: the definition and how far that is.
    public var remappings: [Int64: (definition: String, doneUntil: String)] = [:]
    /// The cluster that the topics are on.
    public var cluster: String?

    init(objects: [StoredObject], definitions: [String: [UInt8]], pages: [DeclaredPage]) {
        self.objects = objects
        self.definitions = definitions
        self.pages = [:]
        for page in pages { declare(page) }
    }

    /// Adds a page without receipts, in place of what another attempt declared.
    public mutating func declare(_ page: DeclaredPage) {
        pages[page.key] = Page(declared: page, bits: ReceiptBits(count: Int(page.expected)))
    }

    /// Every key into the outbox, and every rejected message to be published again.
    mutating func republish() -> Int {
        let before = outbox.count
        for (role, rows) in entities {
            for (id, entity) in rows {
                outbox.append(
                    OutboxEntry(type: role.type, customerID: entity.row.customerID, keys: .entities([id])))
            }
        }
        for (type, rows) in records {
            for (key, record) in rows { outbox.append(entry(type, record.row.customerID, key)) }
        }
        for (key, interaction) in interactions where isCustom(key) {
            outbox.append(entry(.custom(""), interaction.row.customerID, key))
        }
        for identity in rejected.keys { rejected[identity]?.isPublished = false }
        return outbox.count - before
    }

    private func entry(_ type: InteractionType, _ customerID: Int64, _ key: InteractionKey) -> OutboxEntry {
        OutboxEntry(
            type: type, customerID: customerID,
            keys: .records(objectID: key.objectID, externalIDs: [key.externalID]))
    }

    private func isCustom(_ key: InteractionKey) -> Bool {
        objects.contains { $0.id == key.objectID && !InteractionType.canonical.contains($0.type) }
    }

    /// The current state of an entry's keys. Fields are the text fields alone, which is enough to tell states apart.
    func published(_ entry: OutboxEntry) -> [PublishedRecord] {
        switch entry.keys {
        case .entities(let ids): ids.map { publishedEntity(entry.type, $0) }
        case .records(let objectID, let externalIDs):
            externalIDs.map { publishedRecord(entry.type, InteractionKey(objectID: objectID, externalID: $0)) }
        }
    }

    private func publishedEntity(_ type: InteractionType, _ id: PublicID) -> PublishedRecord {
        let entity = EntityRole(type).flatMap { entities[$0]?[id] }
        let fields = entity.flatMap { $0.isDeleted ? nil : MemoryFields.json($0.row.record) }
        return PublishedRecord(
            type: type, key: .entity(id), objectID: entity?.row.source.interaction.objectID,
            externalID: entity?.row.source.interaction.externalID, revision: entity?.revision ?? 0,
            changedAt: entity?.changedAt, fields: fields)
    }

    private func publishedRecord(_ type: InteractionType, _ key: InteractionKey) -> PublishedRecord {
        if case .custom = type {
            let stored = interactions[key]
            let payload = stored?.row.deletedAt == nil ? stored?.row.payload.map { [UInt8]($0) } : nil
            return PublishedRecord(
                type: type, key: .record(key), objectID: stored.map { $0.row.key.objectID },
                externalID: stored?.row.key.externalID, revision: stored?.revision ?? 0,
                changedAt: stored?.row.version.version.modified, fields: payload)
        }
        let record = records[type]?[key]
        return PublishedRecord(
            type: type, key: .record(key), objectID: record.map { $0.row.key.objectID },
            externalID: record?.row.key.externalID, revision: record?.revision ?? 0, changedAt: record?.changedAt,
            fields: record.flatMap { $0.isDeleted ? nil : MemoryFields.json($0.row.record) })
    }
}

enum MemoryFields {
    /// The text fields as a JSON object.
    static func json(_ record: MappedRecord) -> [UInt8] {
        let members = zip(CanonicalColumn.columns(of: record.type), record.values).compactMap { column, value in
            if case .text(let text) = value { return [column.name, text] }
            return nil
        }
        let texts = members.map { pair in
            pair.map { String(decoding: StoredTexts.json([$0]).dropFirst().dropLast(), as: UTF8.self) }
                .joined(separator: ":")
        }
        return Array(("{" + texts.joined(separator: ",") + "}").utf8)
    }
}

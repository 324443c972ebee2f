import Models
import Synchronization

/// One transaction on a ``MemoryDataStore``.
final class MemoryDataSession: DataSession {
    private let state: Mutex<MemoryDataTables>

    init(_ tables: MemoryDataTables) { state = Mutex(tables) }

    var tables: MemoryDataTables { state.withLock { $0 } }

    func declaredPages(_ keys: [PageKey]) -> [DeclaredPage] {
        state.withLock { tables in keys.compactMap { tables.pages[$0]?.declared } }
    }

    func upsert(_ interactions: [InteractionRow], now: Timestamp) -> [UpsertOutcome] {
        state.withLock { tables in
            interactions.map { row in
                guard var stored = tables.interactions[row.key] else {
                    tables.interactions[row.key] = .init(row: row, revision: 1)
                    return .inserted
                }
                let isSameContent = row.contentHash == stored.row.contentHash
                let isSameTime = row.modifiedAt == nil || row.modifiedAt == stored.row.modifiedAt
                guard row.version.isNewer(than: stored.row.version), !isSameContent || !isSameTime else {
                    return .unchanged
                }
                let payload = row.payload ?? stored.row.payload
                stored.row = row
                stored.row.payload = payload
                stored.revision += 1
                tables.interactions[row.key] = stored
                return .updated
            }
        }
    }

    func lock(_ locks: [EntityLock]) {}

    func note(_ receipts: [PageReceipt]) -> Int {
        state.withLock { tables in
            var found = 0
            for receipt in receipts {
                guard var page = tables.pages[receipt.page.key], page.declared == receipt.page else { continue }
                page.stored += receipt.stored.countNew(comparedTo: page.bits)
                page.unchanged += receipt.unchanged.countNew(comparedTo: page.bits)
                page.rejected += receipt.rejected.countNew(comparedTo: page.bits)
                page.bits.formUnion(receipt.stored)
                page.bits.formUnion(receipt.unchanged)
                page.bits.formUnion(receipt.rejected)
                tables.pages[receipt.page.key] = page
                found += 1
            }
            return found
        }
    }

    func passBarriers(_ ids: [Int64], partitions: [Int32]) {
        state.withLock { tables in
            for (id, partition) in zip(ids, partitions) { tables.barriers.insert("\(id)/\(partition)") }
        }
    }

    func reject(_ rows: [RejectedRow]) {
        state.withLock { tables in
            for row in rows {
                let message = row.message
                let identity =
                    row.source.map { "\($0.objectID)/\($0.place)" }
                    ?? "\(message.topic)/\(message.partition)/\(message.offset)@\(message.timestamp.microseconds)"
                guard tables.rejected[identity] == nil else { continue }
                tables.rejected[identity] = .init(
                    identity: identity,
                    letter: DeadLetter(
                        reason: row.reason, rejectedAt: message.timestamp, topic: message.topic,
                        partition: message.partition, offset: message.offset, key: message.key, value: message.value,
                        headers: message.headers),
                    isPublished: false)
            }
        }
    }

    func enqueue(_ entries: [OutboxEntry]) { state.withLock { $0.outbox += entries } }

    func matches(_ role: EntityRole, _ references: [ExternalReference]) -> [StoredMatch] {
        let wanted = Set(references)
        return state.withLock { tables in
            tables.matches.values.compactMap { match in
                let source = match.row.source
                let reference = ExternalReference(
                    integrationID: source.integrationID, externalID: source.interaction.externalID)
                guard source.role == role, wanted.contains(reference) else { return nil }
                return StoredMatch(
                    reference: reference, objectID: source.interaction.objectID, entity: match.row.entity,
                    isLive: match.isLive)
            }
        }
    }

    func identities(_ keys: [IdentityKey]) -> [StoredIdentity] {
        state.withLock { tables in keys.compactMap { tables.identities[$0] } }
    }

    func insert(_ matches: [MatchRow]) {
        state.withLock { tables in
            for match in matches { tables.matches[match.source] = .init(row: match, isLive: true) }
        }
    }

    func setLive(_ isLive: Bool, _ sources: [SourceKey]) {
        state.withLock { tables in for source in sources { tables.matches[source]?.isLive = isLive } }
    }

    func insert(_ identities: [StoredIdentity]) {
        state.withLock { tables in
            for identity in identities where tables.identities[identity.key] == nil {
                tables.identities[identity.key] = identity
            }
        }
    }

    func setDomains(_ names: [StoredIdentity]) {
        state.withLock { tables in
            for name in names where tables.identities[name.key]?.domain == nil {
                tables.identities[name.key]?.domain = name.domain
            }
        }
    }

    func takeRemapping(limit: Int) -> RemappingPart? {
        state.withLock { tables in
            guard let (objectID, request) = tables.remappings.min(by: { $0.key < $1.key }) else { return nil }
            let keys = tables.interactions.filter { key, stored in
                key.objectID == objectID && stored.row.deletedAt == nil && stored.row.payload != nil
                    && request.doneUntil.utf8.lexicographicallyPrecedes(key.externalID.utf8)
            }.keys.sorted().prefix(limit)
            var payloads: [RemappingPart.StoredPayload] = []
            for key in keys {
                tables.interactions[key]?.row.definition = request.definition
                guard let row = tables.interactions[key]?.row, let payload = row.payload else { continue }
                payloads.append(
                    .init(
                        externalID: key.externalID,
                        modified: row.version.version.precedence(modifiedAt: row.modifiedAt),
                        payload: [UInt8](payload)))
            }
            if let last = keys.last {
                tables.remappings[objectID]?.doneUntil = last.externalID
            } else {
                tables.remappings[objectID] = nil
            }
            return RemappingPart(objectID: objectID, definition: request.definition, interactions: payloads)
        }
    }

    /// Runs `body` on the tables of the transaction.
    func withTables<Value: Sendable>(_ body: (inout MemoryDataTables) -> Value) -> Value {
        state.withLock { body(&$0) }
    }
}

import Models
import Storage

/// The keys that a transaction changed, gathered into as few outbox rows as possible.
package struct OutboxCollection: Sendable {
    private struct Group: Hashable {
        var type: InteractionType
        var customerID: Int64
        var objectID: Int64?
    }

    private var entities: [Group: Set<PublicID>] = [:]
    private var records: [Group: Set<String>] = [:]
    /// A publisher reads and sends one row at a time.
    private static let keysPerRow = 1000

    /// Nothing.
    package init() {}

    /// Adds an account or contact.
    package mutating func add(_ type: InteractionType, _ customerID: Int64, _ id: PublicID) {
        entities[Group(type: type, customerID: customerID, objectID: nil), default: []].insert(id)
    }

    /// Adds a record of an object.
    package mutating func add(_ type: InteractionType, _ customerID: Int64, _ key: InteractionKey) {
        records[Group(type: type, customerID: customerID, objectID: key.objectID), default: []].insert(key.externalID)
    }

    /// Adds the keys of an entry.
    package mutating func add(_ entry: OutboxEntry) {
        switch entry.keys {
        case .entities(let ids): for id in ids { add(entry.type, entry.customerID, id) }
        case .records(let objectID, let externalIDs):
            for id in externalIDs {
                add(entry.type, entry.customerID, InteractionKey(objectID: objectID, externalID: id))
            }
        }
    }

    /// The entries, each key once.
    package var entries: [OutboxEntry] {
        var entries: [OutboxEntry] = []
        for (group, ids) in entities {
            for chunk in chunks(Array(ids)) {
                entries.append(OutboxEntry(type: group.type, customerID: group.customerID, keys: .entities(chunk)))
            }
        }
        for (group, ids) in records {
            guard let objectID = group.objectID else { continue }
            for chunk in chunks(Array(ids)) {
                entries.append(
                    OutboxEntry(
                        type: group.type, customerID: group.customerID,
                        keys: .records(objectID: objectID, externalIDs: chunk)))
            }
        }
        return entries
    }

    private func chunks<Element>(_ all: [Element]) -> [[Element]] {
        stride(from: 0, to: all.count, by: Self.keysPerRow).map {
            Array(all[$0..<Swift.min($0 + Self.keysPerRow, all.count)])
        }
    }
}

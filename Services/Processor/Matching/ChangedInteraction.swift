import Models
import Storage

/// An Interaction that has just been stored, with what it means.
package struct ChangedInteraction: Sendable {
    /// Its object.
    package var object: StoredObject
    /// Which one it is.
    package var key: InteractionKey
    /// When it was modified, as versions compare it.
    package var modified: Timestamp
    /// Whether there was none before.
    package var isNew: Bool
    /// What it yields, normalised; nothing if it is deleted.
    package var records: [MappedRecord]
    /// The types that its definition can yield and that this one does not.
    package var absentTypes: [InteractionType]

    /// An Interaction as stored.
    package init(
        object: StoredObject, key: InteractionKey, modified: Timestamp, isNew: Bool, records: [MappedRecord],
        absentTypes: [InteractionType]
    ) {
        self.object = object
        self.key = key
        self.modified = modified
        self.isNew = isNew
        self.records = records
        self.absentTypes = absentTypes
    }

    /// Its name in references of the same integration.
    var reference: ExternalReference {
        ExternalReference(integrationID: object.integrationID, externalID: key.externalID)
    }

    /// The source that it is as `role`.
    func source(_ role: EntityRole) -> SourceKey {
        SourceKey(integrationID: object.integrationID, role: role, interaction: key)
    }

    /// What tells which account or contact `record` is, the best evidence first.
    func identities(of record: MappedRecord) -> [IdentityKey] {
        // `RecordNormalization` has brought the values to one form and left out the domains of free mail providers.
        switch record.type {
        case .accounts:
            keys(.domain, [record.text("domain")] + record.texts("domains"))
                + keys(.name, [record.text("name").flatMap(NameNormalization.name)])
        case .contacts:
            keys(.email, [record.text("email")] + record.texts("emails"))
        default: []
        }
    }

    private func keys(_ kind: IdentityKind, _ values: [String?]) -> [IdentityKey] {
        var keys: [IdentityKey] = []
        for case let value? in values where !keys.contains(where: { $0.value == value }) {
            keys.append(identity(kind, value))
        }
        return keys
    }

    /// The identity `value` of this customer.
    func identity(_ kind: IdentityKind, _ value: String) -> IdentityKey {
        IdentityKey(customerID: object.customerID, kind: kind, value: value)
    }
}

import Models
import Storage

/// Finds the account or contact that a record belongs to.
package enum LinkResolution {
    /// By external id within the integration; else what the same Interaction yielded; else by domain or e-mail address.
    /// Nil where the record names nothing and is nothing.
    package static func link(
        _ reference: RecordReference?, to role: EntityRole, customerID: Int64, integrationID: Int64,
        sameRecord: SourceKey, known: MatchingKnowledge
    ) -> RecordLink? {
        let reference = reference ?? RecordReference(externalID: nil)
        var link = RecordLink(reference: reference)
        if let externalID = reference.externalID,
            let entity = known.entity(role, ExternalReference(integrationID: integrationID, externalID: externalID))
        {
            (link.entity, link.rule) = (entity, .externalID)
        } else if let source = known.sources[sameRecord], source.isLive {
            (link.entity, link.rule) = (source.entity, .sameRecord)
        } else if let value = reference.identity,
            let entity = known.owner(of: IdentityKey(customerID: customerID, kind: role.referenceKind, value: value))
        {
            (link.entity, link.rule) = (entity, role == .account ? .domain : .email)
        } else if reference.externalID == nil, reference.identity == nil {
            return nil
        }
        return link
    }

    /// Whether a better target may still come: the one that the external id names, or any at all.
    package static func awaits(_ link: RecordLink?) -> Bool {
        guard let link else { return false }
        return link.reference.externalID != nil && link.rule != .externalID
            || link.reference.identity != nil && link.entity == nil
    }
}

import Models
import Storage

/// Brings the values that matching compares to one form, in the record itself, so that what is stored is what matched.
package enum RecordNormalization {
    /// `record` with its domain, e-mail address and references normalised. An account without a domain takes that of
    /// its website; a contact without a named account belongs to the company of its e-mail address.
    package static func normalise(_ record: MappedRecord) -> MappedRecord {
        var record = record
        switch record.type {
        case .accounts:
            let domain =
                record.text("domain").flatMap(DomainNormalization.domain)
                ?? record.text("website").flatMap(DomainNormalization.domain)
            set("domain", domain.flatMap { FreeMailDomains.contains($0) ? nil : $0 }, in: &record)
        case .contacts:
            let email = record.text("email").flatMap(EmailNormalization.address)
            set("email", email ?? record.text("email"), in: &record)
            normaliseAccount(in: &record)
            if record.account?.identity == nil, let domain = email.flatMap(EmailNormalization.companyDomain) {
                record.account = RecordReference(externalID: record.account?.externalID, identity: domain)
            }
        default:
            normaliseAccount(in: &record)
            record.contact?.identity = record.contact?.identity.flatMap(EmailNormalization.address)
        }
        return record
    }

    private static func normaliseAccount(in record: inout MappedRecord) {
        guard let identity = record.account?.identity else { return }
        let domain = DomainNormalization.domain(identity)
        record.account?.identity = domain.flatMap { FreeMailDomains.contains($0) ? nil : $0 }
    }

    private static func set(_ name: String, _ text: String?, in record: inout MappedRecord) {
        guard let index = CanonicalColumn.columns(of: record.type).firstIndex(where: { $0.name == name }),
            record.values.indices.contains(index)
        else { return }
        record.values[index] = text.map { .text($0) }
    }
}

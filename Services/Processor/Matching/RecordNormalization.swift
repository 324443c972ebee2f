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
            let domain = record.text("domain").flatMap(companyDomain) ?? record.text("website").flatMap(companyDomain)
            let others = record.texts("domains").compactMap(companyDomain)
            set("domain", (domain ?? others.first).map { .text($0) }, in: &record)
            set("domains", others.isEmpty ? nil : .texts(others), in: &record)
        case .contacts:
            let others = record.texts("emails").compactMap(EmailNormalization.address)
            let email = record.text("email").flatMap(EmailNormalization.address) ?? others.first
            set("email", email.map { .text($0) }, in: &record)
            set("emails", others.isEmpty ? nil : .texts(others), in: &record)
            normaliseAccount(in: &record)
            if record.account?.identity == nil, let domain = email.flatMap(EmailNormalization.companyDomain) {
                record.account = RecordReference(externalID: record.account?.externalID, identity: domain)
            }
        default:
            normaliseAccount(in: &record)
            if let email = record.contact?.identity {
                record.contact?.identity = EmailNormalization.address(email)
            }
        }
        return record
    }

    /// A domain that can be a company's alone.
    private static func companyDomain(_ text: String) -> String? {
        DomainNormalization.domain(text).flatMap { FreeMailDomains.contains($0) ? nil : $0 }
    }

    private static func normaliseAccount(in record: inout MappedRecord) {
        guard let identity = record.account?.identity else { return }
        record.account?.identity = companyDomain(identity)
    }

    private static func set(_ name: String, _ value: CanonicalValue?, in record: inout MappedRecord) {
        guard let index = CanonicalColumn.columns(of: record.type).firstIndex(where: { $0.name == name }),
            record.values.indices.contains(index)
        else { return }
        record.values[index] = value
    }
}

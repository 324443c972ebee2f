import Processor
import Storage
import Testing

struct NormalizationTests {
    @Test(
        "domains come to one form",
        arguments: [
            ("acme.com", "acme.com"), ("https://www.Acme.com/about?x#y", "acme.com"), (" ACME.com. ", "acme.com"),
            ("user@shop.acme.co.uk", "shop.acme.co.uk"), ("http://acme.com:8080", "acme.com"), ("www.com", "www.com"),
            ("bücher.de", "bücher.de"),
        ])
    func domain(_ text: String, _ domain: String) { #expect(DomainNormalization.domain(text) == domain) }

    @Test(
        "what is no domain is none",
        arguments: ["", "localhost", "10.0.0.1", "acme..com", "a b.com", "http://", "-", ".com", "acme,com"])
    func noDomain(_ text: String) { #expect(DomainNormalization.domain(text) == nil) }

    @Test(
        "e-mail addresses come to one form",
        arguments: [
            ("Ann@Acme.com ", "ann@acme.com"), ("Ann <ann@acme.com>", "ann@acme.com"), ("mailto:a@b.org", "a@b.org"),
            ("a+b@www.acme.com", "a+b@www.acme.com"),
        ])
    func email(_ text: String, _ address: String) { #expect(EmailNormalization.address(text) == address) }

    @Test(
        "what is no address is none",
        arguments: ["", "ann", "@acme.com", "ann@", "ann@acme", "a b@acme.com", "a@b.c\0"])
    func noEmail(_ text: String) { #expect(EmailNormalization.address(text) == nil) }

    @Test func `an address tells the company, unless everybody can have one there`() {
        #expect(EmailNormalization.companyDomain(of: "ann@acme.com") == "acme.com")
        #expect(EmailNormalization.companyDomain(of: "ann@gmail.com") == nil)
        #expect(EmailNormalization.companyDomain(of: "ann@outlook.de") == nil)
    }

    @Test(
        "company names come to one form",
        arguments: [
            ("ACME, Inc.", "acme"), ("Acme Inc", "acme"), ("Müller GmbH & Co. KG", "müller"), ("S.A.P. AG", "sap"),
            ("Inc", "inc"), ("Macy's", "macys"), ("  Two   Words ", "two words"), ("Ａ", "ａ"),
        ])
    func name(_ text: String, _ name: String) { #expect(NameNormalization.name(text) == name) }

    @Test func `a name of punctuation is none`() { #expect(NameNormalization.name(" -- ") == nil) }

    @Test func `an account takes the domain of its website, and never a free mail provider's`() {
        var values = [CanonicalValue?](repeating: nil, count: CanonicalColumn.columns(of: .accounts).count)
        values[3] = .text("https://www.acme.com/")
        let record = RecordNormalization.normalise(MappedRecord(type: .accounts, values: values))
        #expect(record.text("domain") == "acme.com")
        values[3] = .text("gmail.com")
        #expect(RecordNormalization.normalise(MappedRecord(type: .accounts, values: values)).text("domain") == nil)
    }

    @Test func `a contact belongs to the company of its address, beside the account that it names`() {
        var values = [CanonicalValue?](repeating: nil, count: CanonicalColumn.columns(of: .contacts).count)
        values[3] = .text("Ann@Acme.com")
        let record = RecordNormalization.normalise(
            MappedRecord(type: .contacts, values: values, account: RecordReference(externalID: "7")))
        #expect(record.account == RecordReference(externalID: "7", identity: "acme.com"))
        #expect(record.text("email") == "ann@acme.com")
    }
}

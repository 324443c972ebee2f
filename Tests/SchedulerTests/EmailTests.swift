import HTTPClient
import Models
import Scheduler
import Storage
import Testing

@Suite struct EmailTests {
    private func channel(_ transport: MemoryMailTransport) throws -> EmailChannel {
        EmailChannel(
            transport: transport, from: "tributary@ops.example", operators: ["ops@ops.example"],
            templates: [
                .operator: try AlertTemplate.load(for: .operator, folder: nil),
                .customer: try AlertTemplate.load(for: .customer, folder: nil),
            ])
    }

    @Test(arguments: [nil, "data@customer.example"])
    func `an e-mail says what, since when, what it affects, what to do and when it is fixed`(recipient: String?)
        async throws
    {
        let transport = MemoryMailTransport()
        try await channel(transport).send(Alerting.delivery(recipient: recipient), now: Timestamp(seconds: 1))
        let mail = try #require(transport.sent.first)
        #expect(mail.to == [recipient ?? "ops@ops.example"])
        #expect(mail.subject.contains("acme/crm"))
        let alert = Alerting.report()
        for part in [alert.cause, alert.since.description, alert.effect, alert.advice, alert.fixedWhen] {
            #expect(mail.text.contains(part), "\(part)")
        }
        #expect(!mail.text.contains("{{"), "a name was not filled in")
    }

    @Test func `what a cause holds is not taken for a name, and no line end gets into the subject`() {
        let template = AlertTemplate("About {{cause}}\n\n{{cause}} {{nothing}}")
        let (subject, text) = template.mail(about: Alerting.report(cause: "{{advice}}"))
        #expect(subject == "About {{advice}}")
        #expect(text == "{{advice}} {{nothing}}")
    }

    @Test func `a server that refuses for good is told apart from one that is busy`() async throws {
        let transport = MemoryMailTransport(refusals: [
            MailError(isPermanent: false, "busy"), MailError(isPermanent: true, "no such mailbox"),
        ])
        for isPermanent in [false, true] {
            do {
                try await channel(transport).send(Alerting.delivery(), now: Timestamp(seconds: 1))
                Issue.record("it counted as sent")
            } catch { #expect((error as? AlertChannelError)?.isPermanent == isPermanent) }
        }
    }
}

import HTTPClient
import Models
import Testing

@Suite struct CurlMailTransportTests {
    private func mail(to: [String] = ["a@x.example", "b@x.example"], subject: String = "Grüße\r\nBcc: c@x.example")
        -> Mail
    {
        Mail(
            from: "tributary@ops.example", to: to, subject: subject,
            text: "What happened: = ü\n.\n" + String(repeating: "long ", count: 40), id: "msg-1",
            date: Timestamp(seconds: 1_750_000_000))
    }

    private func expectError(_ isPermanent: Bool, _ words: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("the mail counted as sent")
        } catch {
            #expect((error as? MailError)?.isPermanent == isPermanent, "\(error)")
            #expect("\(error)".contains(words), "\(error)")
        }
    }

    @Test func `the server gets the mail for every recipient, whole, with nothing smuggled into its head`() async throws
    {
        let server = try ScriptedMailServer()
        try await CurlMailTransport(MailSettings(url: server.url, allowsPlain: true)).send(mail())
        let seen = server.seen
        #expect(seen.commands.contains { $0.hasPrefix("MAIL FROM:<tributary@ops.example>") })
        #expect(
            seen.commands.filter { $0.hasPrefix("RCPT TO:") } == ["RCPT TO:<a@x.example>", "RCPT TO:<b@x.example>"])
        let text = try #require(seen.mails.first)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.contains("Message-ID: <msg-1@ops.example>"))
        #expect(lines.contains("Date: 15 Jun 2025 15:06:40 +0000"))
        #expect(!lines.contains { $0.hasPrefix("Bcc") })
        #expect(lines.contains { $0.hasPrefix("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe") })
        #expect(lines.contains("What happened: =3D =C3=BC"))
        #expect(lines.contains(".."), "a lonely dot would have ended the mail")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    }

    @Test func `a server without TLS gets nothing, neither the mail nor the password`() async throws {
        let server = try ScriptedMailServer()
        let transport = CurlMailTransport(MailSettings(url: server.url, user: "tributary", password: "hunter2"))
        await expectError(false, "no TLS") { try await transport.send(mail()) }
        #expect(server.seen.mails.isEmpty)
        #expect(!server.seen.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }

    @Test func `a mailbox that does not exist is given up, a busy server is not`() async throws {
        let unknown = try ScriptedMailServer(refusals: ["RCPT": "550 no such mailbox"])
        await expectError(true, "550") {
            try await CurlMailTransport(MailSettings(url: unknown.url, allowsPlain: true)).send(mail())
        }
        let busy = try ScriptedMailServer(refusals: ["MAIL": "451 later"])
        await expectError(false, "451") {
            try await CurlMailTransport(MailSettings(url: busy.url, allowsPlain: true)).send(mail())
        }
    }

    @Test func `nobody there is a matter of time, an address that is none is not`() async throws {
        let transport = CurlMailTransport(MailSettings(url: "smtp://127.0.0.1:1", allowsPlain: true))
        await expectError(false, "connections") { try await transport.send(mail()) }
        await expectError(true, "no e-mail address") { try await transport.send(mail(to: ["a@x.example>\r\nDATA"])) }
        await expectError(true, "no recipient") { try await transport.send(mail(to: [])) }
    }
}

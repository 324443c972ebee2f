import Cryptography
import HTTPClient
import JSON
import Models
import RawHTTPServer
import Scheduler
import Storage
import Testing

@Suite struct WebhookTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test func `it signs as the standard's own example`() throws {
        // The example of the Standard Webhooks specification's libraries.
        let signer = try #require(WebhookSigner(Self.secret))
        let signature = try signer.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: ["", "whsec_", "whsec_####", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    func `a secret that the standard does not allow is refused`(secret: String) {
        #expect(WebhookSigner(secret) == nil)
    }

    @Test func `the receiver gets the alert, signed, with an id that stays and a time that moves`() async throws {
        let server = try RawHTTPServer { _ in [.response(204)] }
        let signer = try #require(WebhookSigner(Self.secret))
        let transport = try CurlTransport(CurlSettings(addresses: .any))
        let channel = WebhookChannel(transport: transport, url: server.url + "/hook", signer: signer)
        for second in [1_750_000_000, 1_750_000_060] as [Int64] {
            try await channel.send(Alerting.delivery(), now: Timestamp(seconds: second))
        }
        let requests = server.log.requests
        #expect(requests.count == 2)
        #expect(Set(requests.map { $0.header("webhook-id") }).count == 1)
        for request in requests {
            let id = try #require(request.header("webhook-id"))
            let time = try #require(request.header("webhook-timestamp").flatMap { Int64($0) })
            #expect(
                request.header("webhook-signature")
                    == (try signer.signature(id: id, timestamp: time, body: request.body)))
            let alert = try JSONValue(parsing: request.body).object?["data"]?.object
            for member in ["cause", "since", "effect", "advice", "fixed_when", "audience", "subject"] {
                #expect(alert?[member]?.string?.isEmpty == false, "\(member)")
            }
        }
        await transport.close()
    }

    @Test(arguments: [(503, false), (302, false), (401, false), (410, true)])
    func `an answer that is no success is tried again, unless the receiver is gone`(status: Int, isPermanent: Bool)
        async throws
    {
        let server = try RawHTTPServer { _ in [.response(status, body: Array("secret words".utf8))] }
        let transport = try CurlTransport(CurlSettings(addresses: .any))
        let channel = WebhookChannel(
            transport: transport, url: server.url, signer: try #require(WebhookSigner(Self.secret)))
        do {
            try await channel.send(Alerting.delivery(), now: Timestamp(seconds: 1))
            Issue.record("\(status) counted as delivered")
        } catch {
            #expect(error.isPermanent == isPermanent)
            #expect(!"\(error)".contains("secret words"))
        }
        await transport.close()
    }
}

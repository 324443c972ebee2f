import Catalog
import Exchanges
import Foundation
import HTTPClient
import Testing

/// A file that does not say what happens must not pass: each of these is a good file with one thing changed.
@Suite("An exchange file that does not fit its provider")
struct FailingPlayTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var provider = "stripe"
        let file: String
        let text: String
        let replacement: String
        let problem: String
    }

    static let catalog = CatalogFolder(path: SmallCatalog.path)

    static let changes = [
        Change(
            testDescription: "another query item", file: "first-sync", text: "starting_after: cus_2",
            replacement: "starting_after: cus_9", problem: "starting_after is \"cus_2\""),
        Change(
            testDescription: "a query item that is not asked", file: "throttled", text: "{ limit: \"100\" }",
            replacement: "{ limit: \"100\", more: 1 }", problem: "more=\"1\" is written"),
        Change(
            testDescription: "another host", file: "throttled", text: "https://api.stripe.com",
            replacement: "https://api.stripe.example", problem: "the path is https://api.stripe.com"),
        Change(
            testDescription: "another credential", file: "throttled", text: "sk_test_123",
            replacement: "sk_test_124", problem: "headers: Authorization"),
        Change(
            testDescription: "a body", file: "throttled", text: "      headers: { Auth",
            replacement: "      body: { a: 1 }\n      headers: { Auth", problem: "there is no body"),
        Change(
            testDescription: "another time to go on", file: "throttled", text: "12:00:07Z",
            replacement: "12:00:08Z", problem: "12:00:07Z"),
        Change(
            testDescription: "another end", file: "throttled", text: "ends: throttled throttled\nretry_at",
            replacement: "ends: failed definition\nretry_at", problem: "failed definition"),
        Change(
            testDescription: "a listing that goes on", file: "throttled", text: "status: 429",
            replacement: "status: 200", problem: "'"),
        Change(
            testDescription: "another record", file: "first-sync", text: "- id: cus_2\n", replacement: "- id: cus_7\n",
            problem: "cus_7"),
        Change(
            testDescription: "another canonical field", file: "first-sync", text: "name: Walk-in, created",
            replacement: "name: Walk-out, created", problem: "Walk-out"),
        Change(
            testDescription: "a rejection that is not", file: "malformed-record", text: "{ id: ch_2, object",
            replacement: "{ no: ch_2, object", problem: "yields[2]"),
        Change(
            testDescription: "an exchange too many", file: "empty-page", text: "has_more: false, data: [] } }",
            replacement:
                "has_more: false, data: [] } }\n  - { request: { path: \"https://api.stripe.com/x\" }, response: {} }",
            problem: "exchange 2 was never asked"),
        Change(
            testDescription: "an exchange too few", file: "empty-page", text: "has_more: false, data: []",
            replacement: "has_more: true, data: [{ id: evt_1, type: x }]", problem: "nothing is written for it"),
        Change(
            testDescription: "another refresh token", provider: "zendesk", file: "renewed-token",
            text: "grant_type: refresh_token, refresh_token: rt-1",
            replacement: "grant_type: refresh_token, refresh_token: rt-7",
            problem: "body.refresh_token is \"rt-1\""),
        Change(
            testDescription: "another token endpoint", provider: "zendesk", file: "renewed-token",
            text: "zendesk.com/oauth/tokens", replacement: "zendesk.com/oauth/token", problem: "the path is"),
        Change(
            testDescription: "another token afterwards", provider: "zendesk", file: "renewed-token",
            text: "becomes: { access_token: at-2, refresh_token: rt-2",
            replacement: "becomes: { access_token: at-2, refresh_token: rt-1",
            problem: "connection.becomes.refresh_token is \"rt-2\""),
        Change(
            testDescription: "a renewal that does not help", provider: "zendesk", file: "renewed-token",
            text: "access_token: at-2, refresh_token: rt-2, expires_in",
            replacement: "access_token: at-3, refresh_token: rt-2, expires_in",
            problem: "headers: Authorization is \"Bearer at-3\""),
    ]

    private func script(_ change: Change) throws -> ExchangeScript {
        let files = FileManager.default
        let data = try #require(
            files.contents(atPath: "\(ProviderFolder.own)/\(change.provider)/exchanges/\(change.file).yaml"))
        let text = String(decoding: data, as: UTF8.self)
        try #require(text.contains(change.text))
        return try ExchangeScript(
            text.replacingOccurrences(of: change.text, with: change.replacement),
            file: "\(change.provider)/exchanges/test.yaml")
    }

    @Test(arguments: changes)
    func failsWithoutNetwork(_ change: Change) throws {
        let play = try PurePlay(script(change), catalog: Self.catalog)
        #expect(play.problems.joined().contains(change.problem), "\(play.problems)")
    }

    @Test(.timeLimit(.minutes(5)), arguments: changes)
    func failsThroughTheRetriever(_ change: Change) async throws {
        let play = try await RealPlay(
            script(change), catalog: Self.catalog,
            transport: CurlTransport(CurlSettings(addresses: .any)))
        #expect(play.problems.joined().contains(change.problem), "\(play.problems)")
    }
}

/// One object of a provider, what is done to it through the fake's own API, and what its syncs must bring.
struct EmulatedObject: Sendable, CustomStringConvertible {
    /// What a run brings.
    struct Counts: Equatable, Sendable {
        var fetched: Int
        var stored: Int
    }

    let service: Emulate.Service
    let object: String
    let first: Counts
    /// After the change. Where the fake knows no filter by time, everything is fetched and only the change stored; the
    /// provider's NOTES.md says so under "The emulator".
    let second: Counts
    /// A text of the changed record that is stored afterwards; nil where the fake's API can change nothing.
    let mark: String?

    var description: String { "\(service)/\(object)" }

    static let all: [EmulatedObject] = [
        EmulatedObject(
            service: .github, object: "issues", first: Counts(fetched: 2, stored: 2),
            second: Counts(fetched: 1, stored: 1), mark: "Changed through the API"),
        EmulatedObject(
            service: .google, object: "events", first: Counts(fetched: 1, stored: 1),
            second: Counts(fetched: 2, stored: 1), mark: "Made through the API"),
        EmulatedObject(
            service: .google, object: "messages", first: Counts(fetched: 1, stored: 1),
            second: Counts(fetched: 1, stored: 1), mark: "Sent through the API"),
        EmulatedObject(
            service: .slack, object: "messages", first: Counts(fetched: 1, stored: 1),
            second: Counts(fetched: 2, stored: 1), mark: "Posted through the API"),
        EmulatedObject(
            service: .microsoft, object: "me", first: Counts(fetched: 1, stored: 1),
            second: Counts(fetched: 1, stored: 0), mark: nil),
        EmulatedObject(
            service: .okta, object: "users", first: Counts(fetched: 3, stored: 3),
            second: Counts(fetched: 3, stored: 1), mark: "Changed-Surname"),
        EmulatedObject(
            service: .stripe, object: "customers", first: Counts(fetched: 3, stored: 3),
            second: Counts(fetched: 3, stored: 1), mark: "Renamed through the API"),
        EmulatedObject(
            service: .linear, object: "issues", first: Counts(fetched: 3, stored: 3),
            second: Counts(fetched: 1, stored: 1), mark: "Retitled through the API"),
        EmulatedObject(
            service: .twilio, object: "messages", first: Counts(fetched: 2, stored: 2),
            second: Counts(fetched: 3, stored: 1), mark: "Texted through the API"),
    ]
}

/// The things in the fakes.
struct EmulatedWorld {
    let emulate: Emulate
    static let account = "AC00000000000000000000000000000000"
    private static let gitHubToken = "Bearer test_token_user1"
    /// SK000…:tw_secret
    private static let twilioKey = "Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDp0d19zZWNyZXQ="

    /// What the seed cannot make.
    func make() async throws {
        for title in ["One", "Two"] {
            try await emulate.ask(
                .github, "POST", "/repos/octocat/hello-world/issues", authorization: Self.gitHubToken,
                .json(#"{"title":"\#(title)"}"#))
        }
        try await post("Before")
        for text in ["One", "Two"] { try await send(text) }
    }

    /// One change of each object that can be changed.
    func change() async throws {
        try await emulate.ask(
            .github, "PATCH", "/repos/octocat/hello-world/issues/1", authorization: Self.gitHubToken,
            .json(#"{"title":"Changed through the API"}"#))
        try await emulate.ask(
            .google, "POST", "/calendar/v3/calendars/primary/events", authorization: "Bearer test_google",
            .json(
                #"{"summary":"Made through the API","start":{"dateTime":"2026-12-01T09:00:00Z"},"end":{"dateTime":"2026-12-01T10:00:00Z"}}"#
            ))
        // From: a@example.com, To: ann@example.com, Subject: Sent through the API
        try await emulate.ask(
            .google, "POST", "/gmail/v1/users/me/messages", authorization: "Bearer test_google",
            .json(
                #"{"raw":"RnJvbTogYUBleGFtcGxlLmNvbQ0KVG86IGFubkBleGFtcGxlLmNvbQ0KU3ViamVjdDogU2VudCB0aHJvdWdoIHRoZSBBUEkNCg0KaGVsbG8","labelIds":["INBOX"]}"#
            ))
        try await post("Posted through the API")
        try await emulate.ask(
            .okta, "POST", "/api/v1/users/bob@okta.local", authorization: "Bearer test_okta",
            .json(#"{"profile":{"lastName":"Changed-Surname"}}"#))
        try await renameCustomer()
        try await retitleIssue()
        try await send("Texted through the API")
    }

    private func post(_ text: String) async throws {
        try await emulate.ask(
            .slack, "POST", "/api/chat.postMessage", authorization: Self.gitHubToken,
            .json(#"{"channel":"C000000001","text":"\#(text)"}"#))
    }

    private func send(_ text: String) async throws {
        try await emulate.ask(
            .twilio, "POST", "/2010-04-01/Accounts/\(Self.account)/Messages.json", authorization: Self.twilioKey,
            .form("To=%2B15550001111&From=%2B15551234567&Body=\(text.split(separator: " ").joined(separator: "+"))"))
    }

    private func renameCustomer() async throws {
        let list = try await emulate.ask(.stripe, "GET", "/v1/customers", authorization: "Bearer sk_test")
        try await emulate.ask(
            .stripe, "POST", "/v1/customers/\(try Self.id(in: list))", authorization: "Bearer sk_test",
            .form("name=Renamed+through+the+API"))
    }

    private func retitleIssue() async throws {
        let list = try await emulate.ask(
            .linear, "POST", "/graphql", authorization: "Bearer lin_test",
            .json(#"{"query":"{ issues(first: 1) { nodes { id } } }"}"#))
        let change =
            #"mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }"#
        let title = #"{"title":"Retitled through the API"}"#
        try await emulate.ask(
            .linear, "POST", "/graphql", authorization: "Bearer lin_test",
            .json(#"{"query":"\#(change)","variables":{"id":"\#(try Self.id(in: list))","input":\#(title)}}"#))
    }

    /// The first `id` in a JSON text.
    private static func id(in text: String) throws -> String {
        let parts = text.components(separatedBy: #""id":""#)
        guard parts.count > 1, let id = parts[1].components(separatedBy: "\"").first else { throw NoID(text: text) }
        return id
    }

    private struct NoID: Error {
        let text: String
    }
}

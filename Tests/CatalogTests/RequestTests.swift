import Catalog
import Cryptography
import JSON
import Models
import Testing

@Suite("Requests")
struct RequestTests {
    func plan(_ lines: String, provider: String = "", _ context: RetrievalContext = .first()) throws -> RequestPlan {
        let retrieval = try Retrieval(Definitions.listing(lines, provider: provider), context)
        return try retrieval.request(at: retrieval.start, now: .noon)
    }

    @Test func areMadeOfBasePathQueryAndHeaders() throws {
        let plan = try plan(
            """
            request:
              path: /items
              headers: { X-Version: 3 }
              query: { since: "{{ since | epoch }}", kind: [a, "b c"], ids: "{{ [1, 2] }}", "filter[x]": y }
            """)
        #expect(plan.method == "GET")
        #expect(plan.url == "https://api.example.com/v1/items?kind=a&kind=b%20c&ids=1&ids=2&filter[x]=y")
        #expect(plan.header("X-Version") == "3")
        #expect(plan.header("Accept") == "application/json")
        #expect(plan.body == nil)
    }

    @Test func carryTheLowerBoundInQueryOrBody() throws {
        let context = RetrievalContext.incremental(from: .noon)
        let query = try plan(
            "settle: 10s\nrequest: { path: /i, query: { since: \"{{ since | epoch }}\", until: \"{{ until | iso8601 }}\" } }",
            context)
        #expect(query.url == "https://api.example.com/v1/i?since=1769860790&until=2026-01-31T12%3A00%3A00Z")
        let body = try plan(
            """
            settle: 0s
            bound: exclusive
            precision: second
            request: { path: /i, body: { filter: { updated: { gt: "{{ since | epoch }}" } }, note: "from {{ since | date }}", gone: "{{ cursor }}" } }
            """, context)
        #expect(body.method == "POST")
        #expect(
            String(decoding: body.body ?? [], as: UTF8.self)
                == #"{"filter":{"updated":{"gt":1769860799}},"note":"from 2026-01-31"}"#)
        #expect(body.header("Content-Type") == "application/json")
    }

    @Test func carryForms() throws {
        let plan = try plan("request: { path: /i, form: { a: \"x y&z\", n: 1 } }")
        #expect(plan.method == "POST")
        #expect(String(decoding: plan.body ?? [], as: UTF8.self) == "a=x+y%26z&n=1")
        #expect(plan.header("Content-Type") == "application/x-www-form-urlencoded")
    }

    @Test(arguments: [
        (
            "key: { basic: { username: \"{{ secret.user }}\", password: \"{{ secret.password }}\" } }", "Authorization",
            "Basic YW5uOnMzY3JldA=="
        ),
        ("key: { bearer: \"{{ secret.password }}\" }", "Authorization", "Bearer s3cret"),
        ("key: { bearer: { token: \"{{ secret.password }}\", scheme: Token } }", "Authorization", "Token s3cret"),
        ("key: { api_key: { header: X-Key, value: \"{{ secret.password }}\" } }", "X-Key", "s3cret"),
    ])
    func areAuthorisedAndNeverShowTheSecret(_ auth: String, _ header: String, _ value: String) throws {
        let plan = try plan(
            "request: { path: /i }", provider: "auth: { \(auth) }",
            .first(secrets: ["user": "ann", "password": "s3cret"]))
        #expect(plan.header(header) == value)
        #expect(plan.headers.first { $0.name == header }?.isSecret == true)
        #expect(!plan.description.contains("s3cret"))
    }

    @Test func keysInTheQueryAreHiddenInTheShownAddress() throws {
        let plan = try plan(
            "request: { path: /i, query: { a: 1 } }",
            provider: "auth: { key: { api_key: { query: key, value: \"{{ secret.key }}\" } } }",
            .first(secrets: ["key": "s3cret"]))
        #expect(plan.url == "https://api.example.com/v1/i?a=1&key=s3cret")
        #expect(plan.shownURL == "https://api.example.com/v1/i?a=1&key=***")
    }

    @Test func theFirstWayWhoseSecretsAreThereIsTaken() throws {
        let auth =
            "auth: { one: { bearer: \"{{ secret.token }}\" }, two: { api_key: { header: X-Key, value: \"{{ secret.key }}\" } }, three: { none: {} } }"
        #expect(try plan("request: { path: /i }", provider: auth, .first(secrets: ["key": "k"])).header("X-Key") == "k")
        #expect(try plan("request: { path: /i }", provider: auth).header("Authorization") == nil)
        let missing = #expect(throws: Failure.self) {
            try plan("request: { path: /i }", provider: auth, .first(authorization: "one"))
        }
        #expect(missing?.kind == .authorization)
        let unknown = #expect(throws: Failure.self) {
            try plan("request: { path: /i }", provider: auth, .first(authorization: "tow"))
        }
        #expect(unknown?.advice == "did you mean 'two'?")
    }

    @Test func settingsAreCheckedBeforeAnythingIsAsked() throws {
        let provider = "settings: { zone: { title: Zone, pattern: \"[a-z]+\", example: eu } }"
        let lines = "base_url: \"https://{{ settings.zone }}.example.com\"\nrequest: { path: /i }"
        #expect(try plan(lines, provider: provider, .first(settings: ["zone": "us"])).url == "https://us.example.com/i")
        for settings: JSONValue in [[:], ["zone": "evil.example/"], ["zone": 1], ["zoen": "eu"]] {
            let failure = #expect(throws: Failure.self) {
                try plan(lines, provider: provider, .first(settings: settings))
            }
            #expect(failure?.kind == .configuration)
            #expect(failure?.description.contains("evil") == false)
        }
    }

    @Test func valuesCannotBreakOutOfTheirPlace() throws {
        let provider = "settings: { p: { title: P } }"
        func url(_ value: String) throws -> String {
            try plan(
                "request: { path: \"/a/{{ settings.p }}\" }", provider: provider,
                .first(settings: ["p": .string(value)])
            ).url
        }
        #expect(try url("x y") == "https://api.example.com/v1/a/x%20y")
        #expect(throws: Failure.self) { try url("../../admin") }
        let headers = "request: { path: /i, headers: { X-P: \"{{ settings.p }}\" } }"
        let failure = #expect(throws: Failure.self) {
            try plan(headers, provider: provider, .first(settings: ["p": "a\r\nX-Evil: 1"]))
        }
        #expect(failure?.kind == .configuration)
    }

    @Test func theSizeOfThePageGoesWhereTheDefinitionSays() throws {
        let plan = try plan(
            """
            request: { path: /i, body: { query: all } }
            pages: { cursor: next, into: { body: after }, size: 50, size_into: { body: page.size } }
            """)
        #expect(String(decoding: plan.body ?? [], as: UTF8.self) == #"{"page":{"size":50},"query":"all"}"#)
    }
}

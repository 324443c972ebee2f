import Catalog
import JSON
import Models
import Testing

@Suite("Reading responses")
struct PageReadingTests {
    func outcome(_ lines: String, _ response: ProviderResponse, provider: String = "") throws -> ResponseOutcome {
        let retrieval = try Retrieval(
            Definitions.listing("request: { path: /i }\n" + lines, provider: provider), .first())
        return retrieval.interpret(response, at: retrieval.start, now: .noon)
    }

    @Test func recordsAreTheExactBytes() throws {
        let body = "{\"items\":[ {\"id\": 1.0, \"x\":\"\\u00e4\"} ,{\"id\":12345678901234567890}]}"
        let page = try outcome("records: items", .json(body)).page.orFail()
        #expect(
            page.records.map { String(decoding: $0.payload ?? [], as: UTF8.self) } == [
                "{\"id\": 1.0, \"x\":\"\\u00e4\"}", "{\"id\":12345678901234567890}",
            ])
        #expect(page.records.map(\.externalID) == ["1.0", "12345678901234567890"])
    }

    @Test func recordsAreFoundByWildcardMapAndRoot() throws {
        #expect(
            try outcome(
                "records: groups[*].items", .json(#"{"groups":[{"items":[{"id":1}]},{"items":[{"id":2},{"id":3}]}]}"#)
            ).page?.records.count == 3)
        #expect(
            try outcome("records: items.*", .json(#"{"items":{"a":{"id":1},"b":{"id":2}}}"#)).page?.records.count == 2)
        #expect(try outcome("", .json(#"{"id":7}"#)).page?.records.first?.externalID == "7")
        #expect(try outcome("records: items", .json(#"{"items":null}"#)).page?.records.count == 0)
    }

    @Test func whatCannotBeStoredIsRejectedAndTheRestIsKept() throws {
        let long = String(repeating: "x", count: 513)
        let body =
            "[{\"id\":1},{\"name\":\"no id\"},{\"id\":null},{\"id\":\"\(long)\"},7,{\"id\":{}},{\"id\":\"\"},{\"id\":2}]"
        let page = try outcome("", .json(body)).page.orFail()
        #expect(page.records.map { $0.rejection != nil } == [false, true, true, true, true, true, true, false])
        #expect(page.records[1].rejection == "there is no id at 'id'")
        #expect(page.records[3].rejection == "the id is longer than 512 bytes")
        #expect(page.listed == 8)
    }

    @Test func timesAndDeletionsAreRead() throws {
        let lines =
            "modified_at: { from: at, format: epoch }\ndeleted: { when: \"{{ record.gone }}\" }\nonly: \"{{ record.id != 3 }}\""
        let page = try outcome(lines, .json(#"[{"id":1,"at":1769860800},{"id":2,"at":"x","gone":true},{"id":3}]"#)).page
            .orFail()
        #expect(page.records.map(\.modifiedAt) == [.noon, nil])
        #expect(page.records.map(\.isDeleted) == [false, true])
        #expect(page.leftOut == 1)
        #expect(page.unreadableTimes == 1)
    }

    @Test func whatPostgresRefusesIsReplacedAndCounted() throws {
        let page = try outcome("", .json(#"[{"id":1,"a":"x\u0000y"},{"id":2,"a":"\ud800"},{"id":3}]"#)).page.orFail()
        #expect(page.replacedCharacters == 2)
        #expect(String(decoding: page.records[0].payload ?? [], as: UTF8.self) == #"{"id":1,"a":"x\uFFFDy"}"#)
    }

    @Test(arguments: [
        ("<html><body>Sign in</body></html>", "failed definition"), ("[{\"id\":1},{\"id\"", "retry transient"),
        ("", "retry transient"),
        ("[{\"id\":1}] x", "failed definition"), ("[{\"id\":01}]", "failed definition"),
        ("\"text\"", "failed definition"),
        ("{\"error\":\"x\"}", "failed definition"), (String(repeating: "[", count: 5000), "failed definition"),
        ("[{\"id\":\"\u{1}\"}]", "failed definition"),
    ])
    func unusableBodiesAreClassed(_ body: String, _ expected: String) throws {
        let outcome = try outcome("records: items", .json(body))
        #expect(outcome.summary == expected)
        #expect(outcome.failure?.cause.contains("Sign in") == false)
    }

    @Test func otherEncodingsAndTooLargeBodiesAreDefinitionFailures() throws {
        #expect(
            try outcome("", ProviderResponse(status: 200, body: [0x5B, 0x22, 0xFF, 0xFE, 0x22, 0x5D])).summary
                == "failed definition")
        let large = Array("[\"".utf8) + [UInt8](repeating: 97, count: 2 << 20) + Array("\"]".utf8)
        #expect(
            try outcome("limits: { body: 1 }", ProviderResponse(status: 200, body: large)).summary
                == "failed definition")
    }

    @Test(arguments: [
        (429, "throttled throttled"), (500, "retry transient"), (503, "retry transient"), (408, "retry transient"),
        (401, "failed authorization"),
        (403, "failed configuration"), (404, "failed configuration"), (410, "failed configuration"),
        (302, "failed configuration"), (400, "failed definition"),
        (422, "failed definition"), (204, "page"),
    ])
    func statusesHaveTheirClasses(_ status: Int, _ expected: String) throws {
        #expect(try outcome("", .json("", status: status)).summary == expected)
    }

    @Test func theTimeToComeBackIsTakenFromTheHeaders() throws {
        #expect(
            try outcome("", .json("", status: 429, headers: [("retry-after", "17")])).failure?.retryAt == .noon
                + .seconds(17))
        let limits = "limits: { remaining: X-Left, reset: X-Reset }"
        #expect(
            try outcome("", .json("", status: 429, headers: [("X-Reset", "1769860830")]), provider: limits).failure?
                .retryAt == .noon + .seconds(30))
        let retrieval = try Retrieval(Definitions.listing("request: { path: /i }", provider: limits), .first())
        let quota = retrieval.quota(.json("", headers: [("x-left", "0"), ("x-reset", "60")]), now: .noon)
        #expect(quota == Quota(remaining: 0, resetAt: .noon + .seconds(60)))
    }

    @Test func rulesComeBeforeStatusesAndTheFirstOneThatMatchesCounts() throws {
        let rules = """
            errors:
              - { status: 200, when: "{{ response.body.error.code == 'quota' }}", then: throttle, after: 90s }
              - { status: 4xx, contains: gone away, then: ignore, message: the account is closed }
              - { status: [400, 409], contains: cursor, then: restart }
              - { status: 400, then: fail, class: configuration, advice: Turn on the API. }
              - { when: "{{ response.headers.x_state == 'busy' }}", then: postpone, after: X-Wait }
              - { status: 418, then: retry }
            """
        func summary(_ response: ProviderResponse) throws -> ResponseOutcome { try outcome(rules, response) }
        let throttled = try summary(.json(#"{"error":{"code":"quota"}}"#))
        #expect(throttled.summary == "throttled throttled")
        #expect(throttled.failure?.retryAt == .noon + .seconds(90))
        let ignored = try summary(.json("it is gone away", status: 404))
        #expect(ignored.page?.ignored == "the account is closed")
        #expect(ignored.page?.step == .end)
        #expect(try summary(.json(#"{"error":"bad cursor"}"#, status: 400)).summary == "restart transient")
        let failed = try summary(.json("{}", status: 400))
        #expect(failed.summary == "failed configuration")
        #expect(failed.failure?.advice == "Turn on the API.")
        let busy = try summary(.json("{}", headers: [("X-State", "busy"), ("X-Wait", "5")]))
        #expect(busy.summary == "postponed transient")
        #expect(busy.failure?.retryAt == .noon + .seconds(5))
        #expect(try summary(.json("{}", status: 418)).summary == "retry transient")
        #expect(try summary(.json(#"{"id":1}"#)).summary == "page")
    }

    @Test func theMarkForTheNextRunIsRead() throws {
        let page = try outcome("records: items\ncursor: delta", .json(#"{"items":[],"delta":"d1"}"#)).page.orFail()
        #expect(page.cursor == "d1")
    }
}

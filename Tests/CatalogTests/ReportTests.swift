import Catalog
import JSON
import Models
import Testing

@Suite("Reports")
struct ReportTests {
    static let lines = """
        report:
          create: { request: { method: POST, path: /reports, body: { from: "{{ since | date }}" } } }
          poll:
            request: { path: "/reports/{{ job.id }}" }
            done: "{{ job.status == 'done' }}"
            failed: "{{ job.status == 'failed' }}"
            every: 30s
            at_most: 10m
          download: { request: { path: "{{ job.url }}" } }
        format: csv
        """
    static let bearer = "auth: { key: { bearer: \"{{ secret.key }}\" } }"

    func retrieval() throws -> Retrieval {
        try Retrieval(
            Definitions.listing(Self.lines, provider: Self.bearer),
            .incremental(from: .noon, secrets: ["key": "s3cret"]))
    }

    /// The position behind an answer, through its stored form.
    func next(_ outcome: ResponseOutcome) throws -> PagePosition {
        guard case .next(let next)? = outcome.page?.step else { throw NotThere() }
        return try PagePosition(JSONValue(parsing: next.json.text)).orFail()
    }

    @Test func areOrderedWaitedForAndDownloaded() throws {
        let retrieval = try retrieval()
        let order = try retrieval.request(at: retrieval.start, now: .noon)
        #expect(order.description == "POST https://api.example.com/v1/reports")
        let polling = try next(
            retrieval.interpret(.json(#"{"id":"r1","status":"new"}"#), at: retrieval.start, now: .noon))
        #expect(try retrieval.request(at: polling, now: .noon).url == "https://api.example.com/v1/reports/r1")
        let waiting = retrieval.interpret(.json(#"{"status":"busy"}"#), at: polling, now: .noon)
        #expect(waiting.summary == "postponed transient")
        #expect(waiting.failure?.retryAt == .noon + .seconds(30))
        let ready = try next(
            retrieval.interpret(
                .json(#"{"status":"done","url":"https://files.example/r1?sig=x"}"#), at: polling, now: .noon))
        let download = try retrieval.request(at: ready, now: .noon)
        #expect(download.url == "https://files.example/r1?sig=x")
        #expect(download.header("Authorization") == nil, "another host gets no credentials")
        let page = try retrieval.interpret(.json("id,n\n1,x"), at: ready, now: .noon).page.orFail()
        #expect(page.records.map(\.externalID) == ["1"])
        #expect(page.step == .end)
    }

    @Test func thatFailOrTakeTooLongAreOrderedAnew() throws {
        let retrieval = try retrieval()
        let polling = try next(retrieval.interpret(.json(#"{"id":"r1"}"#), at: retrieval.start, now: .noon))
        #expect(
            retrieval.interpret(.json(#"{"status":"failed"}"#), at: polling, now: .noon).summary == "restart transient")
        let late = retrieval.interpret(.json(#"{"status":"busy"}"#), at: polling, now: .noon + .seconds(601))
        #expect(late.summary == "restart transient")
        #expect(retrieval.interpret(.json("{}", status: 503), at: polling, now: .noon).summary == "retry transient")
    }

    @Test func anOrderMayBeAnsweredWithAnAddressAlone() throws {
        let retrieval = try Retrieval(
            Definitions.listing(Self.lines.replacing("/reports/{{ job.id }}", with: "{{ job.location }}")), .first())
        let response = ProviderResponse(
            status: 202, headers: [("Location", "https://api.example.com/v1/jobs/7")], body: [])
        let polling = try next(retrieval.interpret(response, at: retrieval.start, now: .noon))
        #expect(try retrieval.request(at: polling, now: .noon).url == "https://api.example.com/v1/jobs/7")
    }

    @Test func anUnsafeOrEndlessAnswerIsRefused() throws {
        let retrieval = try retrieval()
        let polling = try next(retrieval.interpret(.json(#"{"id":"r1"}"#), at: retrieval.start, now: .noon))
        let plain = try next(
            retrieval.interpret(
                .json(#"{"status":"done","url":"http://files.example/r1"}"#), at: polling, now: .noon))
        #expect(throws: Failure.self) { try retrieval.request(at: plain, now: .noon) }
        let large = "{\"id\":\"\(String(repeating: "x", count: 20_000))\"}"
        #expect(retrieval.interpret(.json(large), at: retrieval.start, now: .noon).summary == "failed definition")
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("Lists of what is gone")
struct DeletionTests {
    static let lines = """
        request: { path: /i, query: { since: "{{ since | epoch }}" } }
        settle: 0s
        deleted:
          request: { path: /deleted, query: { since: "{{ since | epoch }}" } }
          pages: { page: 1, into: { query: p }, size: 1, order: immutable }
          records: gone
          id: key
          modified_at: at
        """

    static func answer(_ plan: RequestPlan) -> ProviderResponse {
        guard plan.url.contains("/deleted") else { return .json("[{\"id\":1}]") }
        return plan.query("p") == "1"
            ? .json(#"{"gone":[{"key":7,"at":"2026-01-31T12:00:00Z"}]}"#) : .json(#"{"gone":[]}"#)
    }

    @Test func areReadBehindTheListingOfIncrementalRuns() throws {
        let walk = try Walk(
            Retrieval(Definitions.listing(Self.lines), .incremental(from: .noon)), answer: Self.answer)
        #expect(walk.failure == nil)
        #expect(
            walk.requests.map { $0.replacing("https://api.example.com/v1", with: "") } == [
                "/i?since=1769860800", "/deleted?since=1769860800&p=1", "/deleted?since=1769860800&p=2",
            ])
        #expect(walk.ids == ["1", "7"])
        #expect(walk.deleted == ["7"])
        #expect(walk.payloads.last == "")
    }

    @Test func areNotReadByFirstAndFullRuns() throws {
        let first = try Walk(Retrieval(Definitions.listing(Self.lines), .first()), answer: Self.answer)
        #expect(first.requests.count == 1)
        let full = RetrievalContext(kind: .full, completeUntil: .noon, until: .noon)
        #expect(try Walk(Retrieval(Definitions.listing(Self.lines), full), answer: Self.answer).requests.count == 1)
    }

    @Test func anotherRequestIsMadeWhereTheLastSuccessIsLongAgo() throws {
        let lines = """
            request: { path: /recent, query: { since: "{{ since | epoch }}" } }
            since_age: { over: 30d, request: { path: /export, query: { from: "{{ since | date }}" } }, records: rows }
            """
        func request(_ days: Int) throws -> (Retrieval, String) {
            let retrieval = try Retrieval(
                Definitions.listing(lines), .incremental(from: .noon - .seconds(Int64(days) * 86_400)))
            return (retrieval, try retrieval.request(at: retrieval.start, now: .noon).url)
        }
        #expect(try request(29).1.contains("/recent?"))
        let (far, url) = try request(31)
        #expect(far.mode == .distant)
        #expect(url == "https://api.example.com/v1/export?from=2025-12-31")
        #expect(far.interpret(.json(#"{"rows":[{"id":1}]}"#), at: far.start, now: .noon).page?.records.count == 1)
        let first = try Retrieval(Definitions.listing(lines), .first())
        #expect(first.mode == .listing)
    }
}

@Suite("Sweeps of ids")
struct SweepTests {
    static let lines = """
        request: { path: /i, query: { since: "{{ since | epoch }}" } }
        pages: { page: 1, into: { query: p }, size: 2, order: immutable }
        deleted: { when: "{{ record.gone }}" }
        errors: [{ status: 404, then: ignore }]
        sweep: { every: 3d, share: 10%, request: { path: /ids } }
        """

    func retrieval(_ lines: String = lines) throws -> Retrieval {
        try Retrieval(
            Definitions.listing(lines), RetrievalContext(kind: .sweep, completeUntil: .noon, until: .noon))
    }

    @Test func listIdsAndThenCompare() throws {
        let retrieval = try retrieval()
        #expect(retrieval.mode == .sweep)
        #expect(
            try retrieval.request(at: retrieval.start, now: .noon).url == "https://api.example.com/v1/ids?p=1")
        let first = try retrieval.interpret(
            .json(#"[{"id":1},{"id":"b","gone":true}]"#), at: retrieval.start, now: .noon
        ).page.orFail()
        #expect(first.records.isEmpty)
        #expect(first.seen == ["1"])
        guard case .next(let second) = first.step else { throw NotThere() }
        #expect(retrieval.comparison(at: second) == nil)
        let last = try retrieval.interpret(.json(#"[{"id":3}]"#), at: second, now: .noon).page.orFail()
        #expect(last.seen == ["3"])
        guard case .next(let behind) = last.step else { throw NotThere() }
        let stored = try PagePosition(JSONValue(parsing: behind.json.text)).orFail()
        #expect(retrieval.comparison(at: stored) == SweepComparison(after: nil, share: 0.1))
        let deletions = retrieval.page(ofMissing: ["x", "y"], isLast: false)
        #expect(deletions.records.map(\.externalID) == ["x", "y"])
        #expect(deletions.records.allSatisfy { $0.isDeleted && $0.modifiedAt == nil && $0.payload == nil })
        guard case .next(let onward) = deletions.step else { throw NotThere() }
        #expect(retrieval.comparison(at: onward)?.after == "y")
        #expect(retrieval.page(ofMissing: [], isLast: true).step == .end)
    }

    @Test(arguments: [(200, #"[{"id":1},{"name":"x"}]"#), (404, "{}"), (500, "{}"), (200, "[{\"id\":1},")])
    func thatMeetAnErrorDoNotGoOn(_ status: Int, _ body: String) throws {
        let retrieval = try retrieval()
        let outcome = retrieval.interpret(.json(body, status: status), at: retrieval.start, now: .noon)
        #expect(outcome.page == nil)
        #expect(outcome.failure != nil)
    }

    @Test(arguments: [
        (100, 100, 0, false), (90, 100, 10, false), (89, 100, 11, true), (0, 100, 100, true), (0, 0, 0, false),
        (40, 100, 60, true), (5, 0, 0, false), (0, 1, 1, true),
    ])
    func removeNothingWhereNothingOrTooLittleWasListed(_ listed: Int, _ stored: Int, _ missing: Int, _ refused: Bool) {
        let counts = SweepCounts(listed: Int64(listed), stored: Int64(stored), missing: Int64(missing))
        #expect((counts.refusal(share: 0.1) != nil) == refused)
        if listed > 0 { #expect(counts.refusal(share: 1) == nil) }
    }

    @Test func areOnlyMadeOfObjectsThatHaveOne() throws {
        let failure = #expect(throws: Failure.self) { try retrieval("request: { path: /i }") }
        #expect(failure?.kind == .definition)
    }
}

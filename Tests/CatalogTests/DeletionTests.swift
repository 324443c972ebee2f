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

import Catalog
import JSON
import Models
import Testing

@Suite("Requests for single records")
struct EnrichmentTests {
    static let lines = """
        request: { path: /i }
        enrich:
          when: "{{ record.more }}"
          request: { path: "/i/{{ record.id }}/details", query: { a: 1 } }
          fields: data
        """

    func page() throws -> (retrieval: Retrieval, page: FetchedPage) {
        let retrieval = try Retrieval(Definitions.listing(Self.lines), .first())
        let body = #"[{"id":1,"more":true},{"id":2},{"name":"no id","more":true},{"id":3,"more":1}]"#
        return (retrieval, try retrieval.interpret(.json(body), at: retrieval.start, now: .noon).page.orFail())
    }

    @Test func areMadeForTheRecordsThatNeedThem() throws {
        let (_, page) = try page()
        #expect(
            page.enrichments.map(\.plan.url) == [
                "https://api.example.com/v1/i/1/details?a=1", "https://api.example.com/v1/i/3/details?a=1",
            ])
        #expect(page.enrichments.map(\.record) == [0, 3])
    }

    @Test func becomeTheLastMemberOfTheRecordAsTheyAre() throws {
        var (retrieval, page) = try page()
        let outcome = retrieval.enrich(
            &page, with: .json(#"{"data":{"x": 1.0}}"#), for: page.enrichments[0], at: retrieval.start, now: .noon)
        #expect(outcome == nil)
        #expect(
            String(decoding: page.records[0].payload ?? [], as: UTF8.self)
                == #"{"id":1,"more":true,"_extra":{"x": 1.0}}"#)
    }

    @Test(arguments: [404, 410])
    func whatIsGoneLeavesTheRecordAsItIs(_ status: Int) throws {
        var (retrieval, page) = try page()
        let outcome = retrieval.enrich(
            &page, with: .json("{}", status: status), for: page.enrichments[0], at: retrieval.start, now: .noon)
        #expect(outcome == nil)
        #expect(String(decoding: page.records[0].payload ?? [], as: UTF8.self) == #"{"id":1,"more":true}"#)
    }

    @Test(arguments: [(429, "throttled throttled"), (500, "retry transient"), (401, "failed authorization")])
    func whatFailsFailsThePage(_ status: Int, _ expected: String) throws {
        var (retrieval, page) = try page()
        let outcome = retrieval.enrich(
            &page, with: .json("{}", status: status), for: page.enrichments[0], at: retrieval.start, now: .noon)
        #expect(outcome?.summary == expected)
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("What changed")
struct ChangesTests {
    static let feed = """
        type: widgets
        id: id
        records: data
        request: { path: /things }
        pages: { last_id: id, into: { query: after }, while: more }
        changes:
          retention: 30d
          when: "{{ settings.feed }}"
          request: { path: /events, query: { from: "{{ since | epoch }}" } }
          only: "{{ record.type != 'other' }}"
          record: data
          id: data.id
          modified_at: { from: at, format: epoch }
          deleted: { when: "{{ record.type == 'deleted' }}" }
          order: newest_first
          settle: 5m
        """
    static let settings = "settings: { feed: { title: Feed, type: boolean, default: true } }"

    func retrieval(_ context: RetrievalContext, settings: String = settings) throws -> Retrieval {
        try Retrieval(Definitions.resolve(Self.feed, provider: settings), context)
    }

    @Test func theFirstRunListsAndLaterOnesReadTheFeed() throws {
        let first = try retrieval(.first())
        #expect(first.mode == .listing)
        #expect(first.since == nil)
        #expect(first.isComplete)
        #expect(try first.request(at: first.start, now: .noon).url == "https://api.example.com/v1/things")
        let later = try retrieval(.incremental(from: .noon - .seconds(3600)))
        #expect(later.mode == .changes)
        #expect(!later.isComplete)
        #expect(
            try later.request(at: later.start, now: .noon).url == "https://api.example.com/v1/events?from=1769856900")
    }

    @Test func everythingIsListedAgainInAFullRunBeyondTheRetentionOrWhereTheConditionSaysSo() throws {
        let full = RetrievalContext(kind: .full, completeUntil: .noon - .seconds(60), until: .noon)
        #expect(try retrieval(full).mode == .listing)
        #expect(try retrieval(full).since == nil)
        #expect(try retrieval(.incremental(from: .noon - .seconds(31 * 86_400))).mode == .listing)
        #expect(try retrieval(.incremental(from: .noon - .seconds(30 * 86_400 - 299))).mode == .listing)
        #expect(try retrieval(.incremental(from: .noon - .seconds(30 * 86_400 - 301))).mode == .changes)
        let off = try retrieval(.incremental(from: .noon - .seconds(60), settings: ["feed": false]))
        #expect(off.mode == .listing)
        #expect(off.isComplete)
    }

    @Test func aListedRecordIsNeverNewerThanAnEventOfTheSameSecond() throws {
        let precise = Self.feed + "\n  precision: second"
        var context = RetrievalContext.first()
        context.until = .noon + .milliseconds(200)
        let retrieval = try Retrieval(Definitions.resolve(precise, provider: Self.settings), context)
        let page = try retrieval.interpret(.json(#"{"data":[{"id":1}],"more":false}"#), at: retrieval.start, now: .noon)
            .page.orFail()
        let listed = InteractionVersion(
            modifiedAt: page.records[0].modifiedAt, until: context.until, run: 1, attempt: 1, page: 0, index: 0)
        let event = InteractionVersion(
            modifiedAt: .noon, until: .noon + .seconds(60), run: 2, attempt: 1, page: 0, index: 0)
        #expect(listed < event)
    }

    @Test func entriesYieldTheRecordInsideAndDeletions() throws {
        let retrieval = try retrieval(.incremental(from: .noon))
        let body =
            #"{"data":[{"id":"e1","type":"deleted","at":1769860800,"data":{"id":"a","n":1}},{"id":"e2","type":"other","at":1,"data":{"id":"b"}},{"id":"e3","type":"deleted","at":1,"data":null}],"more":true}"#
        let page = try retrieval.interpret(.json(body), at: retrieval.start, now: .noon).page.orFail()
        #expect(page.records.count == 2)
        #expect(page.records[0].externalID == "a")
        #expect(page.records[0].isDeleted)
        #expect(page.records[0].modifiedAt == .noon)
        #expect(page.records[0].payload.map { String(decoding: $0, as: UTF8.self) } == #"{"id":"a","n":1}"#)
        #expect(page.records[1].rejection == "there is no id at 'data.id'")
        guard case .next(let next) = page.step else { throw NotThere() }
        #expect(try retrieval.request(at: next, now: .noon).url.contains("after=e3"))
    }

    @Test func ofSeveralEntriesOfOneMomentTheNewestCountsAcrossPages() throws {
        let retrieval = try retrieval(.incremental(from: .noon))
        func event(_ event: Int, _ id: String, _ at: Int) -> String {
            #"{"id":\#(event),"type":"x","at":\#(at),"data":{"id":"\#(id)","event":\#(event)}}"#
        }
        let pages = [
            "": [event(9, "a", 20), event(8, "b", 20), event(7, "a", 20), event(6, "a", 10)],
            "6": [event(5, "a", 10), event(4, "b", 10), event(3, "a", 9)],
        ]
        var kept: [String] = []
        var superseded = 0
        var position = retrieval.start
        for _ in 0..<2 {
            let plan = try retrieval.request(at: position, now: .noon)
            let entries = pages[plan.query("after") ?? ""] ?? []
            let page = try retrieval.interpret(
                .json(#"{"data":[\#(entries.joined(separator: ","))],"more":true}"#), at: position, now: .noon
            ).page.orFail()
            kept += page.records.compactMap { $0.payload.map { String(decoding: $0, as: UTF8.self) } }
            superseded += page.superseded
            guard case .next(let next) = page.step else { throw NotThere() }
            position = try PagePosition(JSONValue(parsing: next.json.text)).orFail()
        }
        #expect(kept.map { $0.split(separator: ":").last.map(String.init) ?? "" } == ["9}", "8}", "6}", "4}", "3}"])
        #expect(superseded == 2)
    }
}

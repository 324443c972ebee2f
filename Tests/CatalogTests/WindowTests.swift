import Catalog
import JSON
import Models
import Testing

@Suite("Windows, caps and counting cursors")
struct WindowTests {
    static let windowed = """
        request: { path: /i, query: { from: "{{ since | date }}", to: "{{ until | date }}" } }
        settle: 0s
        windows: { step: 7d }
        """

    @Test func aLongWindowIsAskedForInSteps() throws {
        let retrieval = try Retrieval(
            Definitions.listing(Self.windowed), .incremental(from: .noon - .seconds(17 * 86_400)))
        let walk = try Walk(retrieval) { _ in .json("[{\"id\":1}]") }
        #expect(
            walk.requests.map { $0.split(separator: "?")[1] } == [
                "from=2026-01-14&to=2026-01-21", "from=2026-01-21&to=2026-01-28", "from=2026-01-28&to=2026-01-31",
            ])
        #expect(walk.failure == nil)
    }

    @Test func everyStepIsPagedToItsEnd() throws {
        let lines = Self.windowed + "\npages: { page: 1, into: { query: p }, size: 1, order: immutable }"
        let retrieval = try Retrieval(Definitions.listing(lines), .incremental(from: .noon - .seconds(8 * 86_400)))
        let walk = try Walk(retrieval) { plan in plan.query("p") == "3" ? .json("[]") : .json("[{\"id\":1}]") }
        #expect(walk.requests.map { $0.suffix(3) } == ["p=1", "p=2", "p=3", "p=1", "p=2", "p=3"])
    }

    @Test func aFirstRunBeginsWhereItIsSaid() throws {
        let plain = try Walk(Retrieval(Definitions.listing(Self.windowed), .first())) { _ in .json("[]") }
        #expect(plain.requests == ["https://api.example.com/v1/i?to=2026-01-31"])
        for from in ["2026-01-20", "11d", "\"{{ until - 950400 }}\""] {
            let lines = Self.windowed.replacing("step: 7d", with: "step: 7d, from: \(from)")
            let walk = try Walk(Retrieval(Definitions.listing(lines), .first())) { _ in .json("[]") }
            #expect(
                walk.requests.map { $0.split(separator: "?")[1] } == [
                    "from=2026-01-20&to=2026-01-27", "from=2026-01-27&to=2026-01-31",
                ], "\(from)")
        }
    }

    @Test func anExclusiveBoundIsHeldAtEveryStep() throws {
        let lines = """
            request: { path: /i, query: { from: "{{ since | epoch }}", to: "{{ until | epoch }}" } }
            settle: 0s
            bound: exclusive
            precision: second
            windows: { step: 1h }
            """
        let walk = try Walk(
            Retrieval(Definitions.listing(lines), .incremental(from: .noon - .seconds(5400)))
        ) { _ in .json("[]") }
        #expect(
            walk.requests.map { $0.split(separator: "?")[1] } == [
                "from=1769855399&to=1769858999", "from=1769858998&to=1769860800",
            ])
    }

    static let capped = """
        request: { path: /i, query: { after_id: "{{ page.mark }}" } }
        pages: { cursor: next, into: { query: c }, size: 2, cap: { results: 4, mark: id } }
        records: items
        """

    /// Answers ids from `after_id` on, two a page, and nothing behind the fourth.
    static func answer(_ plan: RequestPlan, of total: Int) -> ProviderResponse {
        let after = plan.query("after_id").flatMap { Int($0) } ?? 0
        let offset = plan.query("c").flatMap { Int($0) } ?? 0
        guard offset < 4 else { return .json("{\"error\":\"beyond the cap\"}", status: 400) }
        let ids = (after + 1..<max(after + 1, total + 1)).dropFirst(offset).prefix(2)
        let next = after + offset + 2 < total ? "\"\(offset + 2)\"" : "null"
        return .json("{\"items\":[\(ids.map { "{\"id\":\($0)}" }.joined(separator: ","))],\"next\":\(next)}")
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 8, 9, 11])
    func atACapTheListingStartsAgainBehindTheLastEntry(_ total: Int) throws {
        let walk = try Walk(Retrieval(Definitions.listing(Self.capped), .first())) { Self.answer($0, of: total) }
        #expect(walk.failure == nil)
        #expect(walk.ids == (0..<total).map { String($0 + 1) })
    }

    @Test func aCapThatDoesNotMoveIsAFailureAndNotALoop() throws {
        let walk = try Walk(Retrieval(Definitions.listing(Self.capped), .first())) { _ in
            .json("{\"items\":[{\"id\":1},{\"id\":1}],\"next\":\"\(Int.random(in: 1...9_999_999))\"}")
        }
        #expect(walk.failure?.kind == .definition)
        #expect(walk.requests.count < 6)
    }

    @Test func theHighestMarkOfAllPagesIsKept() throws {
        let lines = """
            request: { path: /i, query: { since_id: "{{ cursor }}" } }
            pages: { page: 1, into: { query: p }, order: immutable }
            cursor: { max: seq }
            """
        var context = RetrievalContext.incremental(from: .noon)
        context.cursor = "9"
        func walk(_ pages: [String]) throws -> Walk {
            try Walk(Retrieval(Definitions.listing(lines), context)) { plan in
                .json(plan.query("p").flatMap { Int($0) }.flatMap { $0 <= pages.count ? pages[$0 - 1] : nil } ?? "[]")
            }
        }
        let moved = try walk([#"[{"id":1,"seq":"10"},{"id":2,"seq":"12"}]"#, #"[{"id":3,"seq":"11"}]"#])
        #expect(moved.cursor == "12")
        #expect(moved.requests.first == "https://api.example.com/v1/i?since_id=9&p=1")
        #expect(try walk([]).cursor == "9")
    }

    @Test func entriesThatAreTooOldEndANewestFirstListing() throws {
        let lines = """
            request: { path: /i }
            pages: { page: 1, into: { query: p }, order: immutable }
            modified_at: { from: at, format: epoch }
            settle: 0s
            order: newest_first
            stop_at_since: true
            """
        let context = RetrievalContext.incremental(from: .noon)
        let retrieval = try Retrieval(Definitions.listing(lines), context)
        #expect(!retrieval.isComplete)
        let walk = try Walk(retrieval) { plan in
            plan.query("p") == "1"
                ? .json(#"[{"id":1,"at":1769860802},{"id":2,"at":1769860801}]"#)
                : .json(#"[{"id":3,"at":1769860800},{"id":4,"at":1769860799}]"#)
        }
        #expect(walk.ids == ["1", "2", "3"])
        #expect(walk.requests.count == 2)
        let any = try Walk(
            Retrieval(Definitions.listing(lines.replacing("order: newest_first", with: "order: any")), context)
        ) { plan in plan.query("p") == "3" ? .json("[]") : .json(#"[{"id":4,"at":1769860799},{"id":5}]"#) }
        #expect(any.ids == ["5", "5"])
        #expect(any.requests.count == 3)
        #expect(
            try Walk(Retrieval(Definitions.listing(lines), .first())) { plan in
                plan.query("p") == "1" ? .json(#"[{"id":4,"at":1}]"#) : .json("[]")
            }.ids == ["4"])
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("Limits")
struct LimitsTests {
    @Test func classesOfRequestsHaveTheirOwn() throws {
        let resolved = try Definitions.listing(
            """
            limits:
              rate: 100/10s
              classes: { search: { rate: 5/second }, scroll: { exclusive: true, concurrency: 1 } }
            request: { path: /i }
            changes: { request: { path: /search, class: search, query: { since: "{{ since | epoch }}" } } }
            """)
        let limits = resolved.object.limits
        #expect(limits.classes["search"]?.rate == Limits.Rate(requests: 5, per: .seconds(1)))
        #expect(limits.classes["scroll"]?.exclusive == true)
        let list = try Retrieval(resolved, .first())
        #expect(try list.request(at: list.start, now: .noon).limitClass == nil)
        let search = try Retrieval(resolved, .incremental(from: .noon))
        #expect(try search.request(at: search.start, now: .noon).limitClass == "search")
    }

    @Test func anObjectMayCountAgainstAClassAsAWhole() throws {
        let retrieval = try Retrieval(
            Definitions.listing("request: { path: /i }\nlimits: { class: export, rate: 10/minute, exclusive: true }"),
            .first())
        #expect(try retrieval.request(at: retrieval.start, now: .noon).limitClass == "export")
        #expect(retrieval.limits.exclusive)
    }

    @Test func whatIsLeftMayBeComputedFromAHeader() throws {
        let retrieval = try Retrieval(
            Definitions.listing(
                """
                request: { path: /i }
                limits:
                  remaining: "{{ (response.headers.x_usage | split('/') | last | int) - (response.headers.x_usage | split('/') | first | int) }}"
                  reset: "{{ now + 60 if response.headers.x_usage else null }}"
                """), .first())
        #expect(
            retrieval.quota(.json("", headers: [("X-Usage", "18/100")]), now: .noon)
                == Quota(remaining: 82, resetAt: .noon + .seconds(60)))
        #expect(retrieval.quota(.json(""), now: .noon) == Quota())
    }

    @Test func aCursorThatServesTheWholeListingEndsWithAnEmptyPage() throws {
        let walk = try Walk(
            Retrieval(
                Definitions.listing(
                    "request: { path: /i }\nrecords: d\npages: { cursor: scroll, into: { query: s }, repeats: true }"),
                .first())
        ) { plan in
            .json(plan.query("s") == nil ? #"{"d":[{"id":1}],"scroll":"x"}"# : #"{"d":[],"scroll":"x"}"#)
        }
        #expect(walk.failure == nil)
        #expect(walk.requests.count == 2)
    }

    @Test func aMarkThatTheProviderForgotLeadsToAFullListing() throws {
        var context = RetrievalContext.incremental(from: .noon)
        context.cursor = "old"
        let retrieval = try Retrieval(
            Definitions.listing("request: { path: /i, query: { sync: \"{{ cursor }}\" } }\ncursor: next"), context)
        #expect(try retrieval.request(at: retrieval.start, now: .noon).url.hasSuffix("?sync=old"))
        let again = try retrieval.restarted()
        #expect(try again.request(at: again.start, now: .noon).url.hasSuffix("/i"))
        #expect(again.isComplete)
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("Paging")
struct PagingTests {
    static func items(_ ids: some Sequence<Int>) -> String {
        "[" + ids.map { "{\"id\":\($0)}" }.joined(separator: ",") + "]"
    }

    static func number(_ plan: RequestPlan, _ name: String) -> Int { plan.query(name).flatMap { Int($0) } ?? -1 }

    @Test func pageNumbersEndWithAShortPage() throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things }
            pages: { page: 1, into: { query: p }, size: 10, size_into: { query: per }, order: immutable }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            let first = (Self.number(plan, "p") - 1) * 10
            #expect(plan.query("per") == "10")
            return .json(Self.items((first..<25).prefix(10)))
        }
        #expect(walk.ids == (0..<25).map(String.init))
        #expect(walk.requests.count == 3)
        #expect(walk.requests[0] == "https://api.example.com/v1/things?p=1&per=10")
    }

    @Test func pageNumbersFromZeroEndWithAnEmptyPageOrTheTotal() throws {
        let empty = try Definitions.listing(
            """
            request: { path: /things }
            pages: { page: 0, into: { query: p }, order: immutable }
            """)
        let walk = try Walk(Retrieval(empty, .first())) { plan in
            let first = Self.number(plan, "p") * 3
            return .json(Self.items((first..<max(first, 6)).prefix(3)))
        }
        #expect(walk.ids.count == 6)
        #expect(walk.requests.count == 3)
        let total = try Definitions.listing(
            """
            request: { path: /things }
            records: items
            pages: { page: 0, into: { query: p }, size: 3, total: meta.count, order: immutable }
            """)
        let counted = try Walk(Retrieval(total, .first())) { plan in
            let first = Self.number(plan, "p") * 3
            return .json("{\"items\":\(Self.items((first..<max(first, 6)).prefix(3))),\"meta\":{\"count\":6}}")
        }
        #expect(counted.requests.count == 2)
    }

    @Test func cursorsComeFromTheBodyAndGoIntoTheQuery() throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things, query: { q: all } }
            records: items
            pages: { cursor: meta.next, into: { query: after } }
            """)
        let pages = ["": ("a", "x y&z"), "x%20y%26z": ("b", "")]
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            let (id, next) = pages[plan.query("after") ?? ""] ?? ("?", "?")
            return .json(
                "{\"items\":[{\"id\":\"\(id)\"}],\"meta\":{\"next\":\(next.isEmpty ? "null" : "\"\(next)\"")}}")
        }
        #expect(walk.ids == ["a", "b"])
        #expect(
            walk.requests == [
                "https://api.example.com/v1/things?q=all", "https://api.example.com/v1/things?q=all&after=x%20y%26z",
            ])
    }

    @Test func cursorsComeFromAHeaderAndGoIntoTheBody() throws {
        let definition = try Definitions.listing(
            """
            request: { method: POST, path: /search, body: { filter: { kind: x } } }
            pages: { cursor: { header: X-Next }, into: { body: page.after } }
            """)
        var bodies: [String] = []
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            bodies.append(String(decoding: plan.body ?? [], as: UTF8.self))
            return .json(
                "[{\"id\":\(bodies.count)}]", headers: bodies.count < 3 ? [("x-next", "c\(bodies.count)")] : [])
        }
        #expect(walk.ids == ["1", "2", "3"])
        #expect(
            bodies == [
                #"{"filter":{"kind":"x"}}"#, #"{"filter":{"kind":"x"},"page":{"after":"c1"}}"#,
                #"{"filter":{"kind":"x"},"page":{"after":"c2"}}"#,
            ])
    }

    @Test func aCursorThatStaysEndsByTheFlag() throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things }
            records: items
            pages: { cursor: next, into: { query: c }, until: end_of_stream }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            .json(
                "{\"items\":[{\"id\":1}],\"next\":\"n\(plan.query("c") ?? "")\",\"end_of_stream\":\(plan.query("c") == "nn")}"
            )
        }
        #expect(walk.requests.count == 3)
    }

    @Test(arguments: [1, 2, 3, 7])
    func aCursorThatComesAgainIsAnErrorAndNotALoop(_ length: Int) throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things }
            records: items
            pages: { cursor: next, into: { query: c } }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            let current = plan.query("c").flatMap { Int($0) } ?? 0
            return .json("{\"items\":[],\"next\":\"\(current < 5 ? current + 1 : 5 + (current - 4) % length)\"}")
        }
        #expect(walk.failure?.kind == .definition)
        #expect(walk.requests.count < 40)
    }

    @Test func linksAndNextAddressesAreFollowedOnTheSameHost() throws {
        let link = try Definitions.listing("request: { path: /things, query: { a: 1 } }\npages: { link: next }")
        let walk = try Walk(Retrieval(link, .first())) { plan in
            plan.url.hasSuffix("page=2")
                ? .json("[{\"id\":2}]")
                : .json(
                    "[{\"id\":1}]",
                    headers: [
                        (
                            "Link",
                            "<https://api.example.com/v1/things?page=1>; rel=\"first\", </v1/things?page=2>; rel=\"next\""
                        )
                    ])
        }
        #expect(walk.requests == ["https://api.example.com/v1/things?a=1", "https://api.example.com/v1/things?page=2"])
        #expect(walk.ids == ["1", "2"])
        let next = try Definitions.listing(
            "request: { path: /things }\nrecords: items\npages: { next_url: links.next }")
        let followed = try Walk(Retrieval(next, .first())) { plan in
            .json(
                "{\"items\":[],\"links\":{\"next\":\(plan.url.contains("?") ? "\"\"" : "\"https://api.example.com/v1/things?b=2\"")}}"
            )
        }
        #expect(followed.requests.count == 2)
    }

    @Test func aNextAddressOnAnotherHostGetsNoCredentials() throws {
        let next = try Definitions.listing("request: { path: /things }\nrecords: items\npages: { next_url: next }")
        for address in [
            "https://evil.example/v1", "http://api.example.com/v1", "https://api.example.com@evil.example/",
            "https://api.example.com:8443/",
        ] {
            let failure = #expect(throws: Failure.self) {
                _ = try Walk(Retrieval(next, .first())) { _ in .json("{\"items\":[],\"next\":\"\(address)\"}") }
            }
            #expect(failure?.kind == .definition, "\(address)")
        }
    }

    @Test func theLastIdContinuesWhileThereIsMore() throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things }
            records: data
            pages: { last_id: id, into: { query: starting_after }, size: 2, size_into: { query: limit }, while: has_more }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            let first = plan.query("starting_after").flatMap { Int($0) } ?? 0
            return .json("{\"data\":\(Self.items((first + 1...5).prefix(2))),\"has_more\":\(first < 3)}")
        }
        #expect(walk.ids == ["1", "2", "3", "4", "5"])
        #expect(walk.requests.last == "https://api.example.com/v1/things?starting_after=4&limit=2")
    }

    @Test func theFirstPageThatComesAgainForALastIdIsAnError() throws {
        let definition = try Definitions.listing(
            """
            request: { path: /things }
            records: data
            pages: { last_id: id, into: { query: starting_after }, while: has_more }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { _ in
            .json("{\"data\":[{\"id\":1},{\"id\":2}],\"has_more\":true}")
        }
        #expect(walk.failure?.kind == .definition)
    }

    @Test func onePageIsAllWithoutPaging() throws {
        let walk = try Walk(Retrieval(try Definitions.listing("request: { path: /things }"), .first())) { _ in
            .json("[{\"id\":1}]")
        }
        #expect(walk.ids == ["1"])
    }

    @Test func thePositionMayStandInThePath() throws {
        let definition = try Definitions.listing(
            """
            request: { path: "/things/{{ page.position }}" }
            pages: { page: 1, size: 1, order: immutable }
            """)
        let walk = try Walk(Retrieval(definition, .first())) { plan in
            .json(plan.url.hasSuffix("/3") ? "[]" : "[{\"id\":1}]")
        }
        #expect(walk.requests.last == "https://api.example.com/v1/things/3")
    }
}

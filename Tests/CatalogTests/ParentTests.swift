import Catalog
import JSON
import Models
import Testing

@Suite("Parents")
struct ParentTests {
    static func yaml(parent: String = "{ object: boards }", cards: String = "path: \"/boards/{{ parent.id }}/cards\"")
        -> String
    {
        """
        provider: test
        base_url: https://api.example.com/v1
        settings: { boards: { title: Boards, type: list, optional: true } }
        objects:
          boards:
            type: boards
            request: { path: /boards }
            pages: { cursor: next, into: { query: c } }
            records: boards
            id: id
            deleted: { when: "{{ record.closed }}" }
          cards:
            type: cards
            parent: \(parent)
            request: { \(cards) }
            pages: { page: 1, into: { query: p }, size: 2, order: immutable }
            id: id
        """
    }

    static func retrieval(
        _ yaml: String = yaml(), _ context: RetrievalContext = .first(), object: String = "cards"
    ) throws -> Retrieval {
        let resolved = try Definitions.provider(yaml).resolve(object: object, settings: context.settings)
        return try Retrieval(ResolvedDefinition(storedBody: resolved.body[...]), context)
    }

    /// Two pages of boards; board `a` has three cards on two pages, `c` none, `b` is closed.
    static func answer(_ plan: RequestPlan) -> ProviderResponse {
        let path = plan.url.replacing("https://api.example.com/v1", with: "")
        switch path {
        case "/boards":
            return .json(#"{"boards":[{"id":"a","name":"A","big":[1]},{"id":"b","closed":true}],"next":"2"}"#)
        case "/boards?c=2": return .json(#"{"boards":[{"id":"c"}]}"#)
        case "/boards/a/cards?p=1": return .json(#"[{"id":1},{"id":2}]"#)
        case "/boards/a/cards?p=2": return .json(#"[{"id":3}]"#)
        case "/boards/c/cards?p=1": return .json("[]")
        default: return .json("{}", status: 404)
        }
    }

    @Test func eachRecordOfTheParentDrivesItsRequests() throws {
        let walk = try Walk(Self.retrieval(), answer: Self.answer)
        #expect(walk.failure == nil)
        #expect(
            walk.requests.map { $0.replacing("https://api.example.com/v1", with: "") } == [
                "/boards", "/boards/a/cards?p=1", "/boards/a/cards?p=2", "/boards?c=2", "/boards/c/cards?p=1",
            ])
        #expect(walk.payloads == [1, 2, 3].map { "{\"id\":\($0),\"_parent\":{\"id\":\"a\"}}" })
    }

    @Test func fieldsThatAreReadOrNamedAreKept() throws {
        let yaml = Self.yaml(parent: "{ object: boards, fields: [name], when: \"{{ parent.big }}\" }")
        let walk = try Walk(Self.retrieval(yaml), answer: Self.answer)
        #expect(walk.payloads.first == #"{"id":1,"_parent":{"id":"a","name":"A"}}"#)
        #expect(!walk.requests.contains { $0.contains("/boards/c/") })
    }

    @Test func aBatchOfParentsIsAskedForAtOnce() throws {
        let yaml = Self.yaml(
            parent: "{ object: boards, batch: 2 }",
            cards: "path: /cards, query: { boards: \"{{ parents[*].id | join(',') }}\" }")
        let walk = try Walk(Self.retrieval(yaml)) { plan in
            plan.url.contains("/cards")
                ? .json("[{\"id\":1}]") : .json(#"{"boards":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#)
        }
        #expect(
            walk.requests.dropFirst().map { $0.replacing("https://api.example.com/v1", with: "") } == [
                "/cards?boards=a%2Cb&p=1", "/cards?boards=c&p=1",
            ])
        #expect(walk.payloads == ["{\"id\":1}", "{\"id\":1}"])
    }

    @Test func aConfiguredListTakesThePlaceOfTheListing() throws {
        let yaml = Self.yaml(parent: "{ object: boards, configured: settings.boards }")
        let named = try Walk(Self.retrieval(yaml, .first(settings: ["boards": ["a", "c"]])), answer: Self.answer)
        #expect(named.ids == ["1", "2", "3"])
        #expect(!named.requests.contains { $0.hasSuffix("/boards") })
        let all = try Walk(Self.retrieval(yaml, .first(settings: ["boards": []])), answer: Self.answer)
        #expect(all.requests.first?.hasSuffix("/boards") == true)
        let only = Self.yaml(parent: "{ configured: settings.boards }")
        #expect(try Walk(Self.retrieval(only, .first(settings: ["boards": ["a"]])), answer: Self.answer).ids.count == 3)
        let failure = #expect(throws: Failure.self) { try Self.retrieval(only) }
        #expect(failure?.kind == .configuration)
    }

    @Test func parentsHaveParentsThemselves() throws {
        let yaml =
            Self.yaml() + "\n" + """
                  comments:
                    type: comments
                    parent: { object: cards }
                    request: { path: "/boards/{{ parent._parent.id }}/cards/{{ parent.id }}/comments" }
                    id: id
                """
        let walk = try Walk(Self.retrieval(yaml, object: "comments")) { plan in
            plan.url.hasSuffix("comments") ? .json("[{\"id\":9}]") : Self.answer(plan)
        }
        #expect(walk.failure == nil)
        #expect(
            walk.requests.map { $0.replacing("https://api.example.com/v1", with: "") } == [
                "/boards", "/boards/a/cards?p=1", "/boards/a/cards/1/comments", "/boards/a/cards/2/comments",
                "/boards/a/cards?p=2", "/boards/a/cards/3/comments", "/boards?c=2", "/boards/c/cards?p=1",
            ])
        #expect(walk.payloads.first == #"{"id":9,"_parent":{"id":1,"_parent":{"id":"a"}}}"#)
    }

    @Test func incrementalRunsAskAboutAllParentsUnlessOnlyThoseThatChanged() throws {
        func first(_ parent: String) throws -> String {
            let yaml = Self.yaml(parent: parent).replacing(
                "request: { path: /boards }",
                with: "request: { path: /boards, query: { since: \"{{ since | epoch }}\" } }")
            let retrieval = try Self.retrieval(yaml, .incremental(from: .noon))
            return try retrieval.request(at: retrieval.start, now: .noon).url
        }
        #expect(try first("{ object: boards }").hasSuffix("/boards"))
        #expect(try first("{ object: boards, changed: true }").hasSuffix("/boards?since=1769860740"))
    }

    @Test func whatAParentAnswersWithAnErrorIsAnErrorOfTheRun() throws {
        let walk = try Walk(Self.retrieval()) { plan in
            plan.url.hasSuffix("/boards") ? .json("", status: 503) : Self.answer(plan)
        }
        #expect(walk.failure?.kind == .transient)
    }

    @Test func circlesAndUnknownParentsAreToldWithTheirPlace() throws {
        for (parent, message) in [("{ object: boarsd }", "no object 'boarsd'"), ("{ object: cards }", "circle")] {
            let problems = #expect(throws: Diagnostics.self) {
                _ = try Definitions.provider(Self.yaml(parent: parent)).resolve(object: "cards")
            }
            #expect(problems?.errors.map(\.message).contains { $0.contains(message) } == true, "\(parent)")
            #expect(problems?.errors.allSatisfy { $0.origin.line == 14 } == true)
        }
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("Overrides")
struct OverrideTests {
    static let yaml = """
        provider: test
        base_url: https://api.example.com
        every: 1h
        limits: { rate: 10/second, concurrency: 2 }
        pages: { page: 1, into: { query: page }, size: 100, order: immutable }
        objects:
          things:
            type: deals
            every: 15m
            request: { path: /things, query: { a: 1, b: 2 } }
            id: id
            map: { title: name, amount: value }
        """

    func resolve(_ overrides: [Override]) throws -> ResolvedDefinition {
        try Definitions.provider(Self.yaml).resolve(object: "things", overrides: overrides)
    }

    @Test func layersAreAppliedInTheirOrderWhateverTheOrderGiven() throws {
        let resolved = try resolve([
            Override(layer: .integrationObject, patch: ["request": ["query": ["a": "object"]]]),
            Override(
                layer: .customer,
                patch: ["every": "30m", "objects": ["things": ["request": ["query": ["a": "customer", "c": 3]]]]]),
            Override(
                layer: .integration,
                patch: ["limits": ["rate": "1/second"], "objects": ["things": ["request": ["query": ["b": .null]]]]]),
        ])
        #expect(resolved.object.every == .seconds(1800))
        #expect(resolved.object.limits.rate == Limits.Rate(requests: 1, per: .seconds(1)))
        #expect(resolved.object.limits.concurrency == 2)
        let retrieval = try Retrieval(resolved, .first())
        #expect(
            try retrieval.request(at: retrieval.start, now: .noon).url
                == "https://api.example.com/things?a=object&c=3&page=1")
    }

    @Test func everyValueTellsItsLayerAndPlace() throws {
        let resolved = try resolve([
            Override(layer: .customer, patch: ["objects": ["things": ["map": ["title": "label"]]]])
        ])
        let values = Dictionary(resolved.explanation.map { ($0.path, $0) }) { first, _ in first }
        #expect(values["map.title"]?.value == "\"label\"")
        #expect(values["map.title"]?.origin.layer == .customer)
        #expect(values["map.amount"]?.origin.layer == .providerObject)
        #expect(values["map.amount"]?.origin.line == 12)
        #expect(values["every"]?.origin.layer == .providerObject)
        #expect(values["limits.rate"]?.origin.layer == .provider)
        #expect(values["limits.rate"]?.origin.line == 4)
    }

    @Test func aTrialShowsWhatItWouldChange() throws {
        let before = try resolve([])
        let after = try resolve([
            Override(layer: .trial, patch: ["every": "5m", "request": ["query": ["b": .null, "z": 1]]])
        ])
        #expect(
            before.changes(to: after) == [
                ExplainedChange(path: "every", before: "\"15m\"", after: "\"5m\""),
                ExplainedChange(path: "request.query.b", before: "2", after: nil),
                ExplainedChange(path: "request.query.z", before: nil, after: "1"),
            ])
    }

    @Test func theResultIsValidatedLikeADefinition() {
        let problems = #expect(throws: Diagnostics.self) {
            try resolve([
                Override(
                    layer: .integration,
                    patch: ["objects": ["things": ["reqest": ["path": "/x"], "map": ["titel": "x"]]]])
            ])
        }
        #expect(problems?.errors.map(\.advice) == ["did you mean 'request'?", "did you mean 'title'?"])
        #expect(problems?.errors.first?.origin.layer == .integration)
        #expect(problems?.errors.first?.description.contains("override (integration)") == true)
    }

    @Test func equalDefinitionsHaveEqualHashesAndChangedOnesDoNot() throws {
        let plain = try resolve([])
        #expect(try resolve([]).hash == plain.hash)
        #expect(try resolve([Override(layer: .customer, patch: ["limits": ["concurrency": 2]])]).hash == plain.hash)
        #expect(try resolve([Override(layer: .customer, patch: ["limits": ["concurrency": 3]])]).hash != plain.hash)
        #expect(plain.hash.count == 32)
        let stored = try ResolvedDefinition(storedBody: plain.body[...])
        #expect(stored.hash == plain.hash)
        #expect(stored.body == plain.body)
    }

    @Test func aStoredBodyOfANewerVersionIsReadAndABrokenOneRefused() throws {
        let plain = try resolve([])
        let newer = Array("{\"future\":1,".utf8) + plain.body.dropFirst()
        #expect(try ResolvedDefinition(storedBody: newer[...]).object.name == "things")
        for body in ["", "{}", "[1]", "{\"type\":\"deals\"}"] {
            let failure = #expect(throws: Failure.self) { try ResolvedDefinition(storedBody: Array(body.utf8)[...]) }
            #expect(failure?.kind == .definition)
        }
    }

    @Test func anOverrideMayDeclareAnObjectThatTheProviderHasNot() throws {
        let provider = try Definitions.provider("provider: rest\nbase_url: https://x.example\nid: id\nobjects: {}")
        let override = Override(
            layer: .integration,
            patch: [
                "objects": [
                    "people": [
                        "type": "contacts", "request": ["path": "/people"], "records": "data",
                        "map": ["name": "full_name"],
                    ]
                ]
            ])
        #expect(try provider.resolve(object: "people", overrides: [override]).object.type == .contacts)
        let problems = #expect(throws: Diagnostics.self) {
            try provider.resolve(object: "poeple", overrides: [override])
        }
        #expect(problems?.errors.first?.message == "rest has no object 'poeple'")
    }

    // RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#), (#"{"e":null}"#, #"{"a":1}"#, #"{"a":1,"e":null}"#),
        ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#), ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func patchesFollowTheStandard(_ target: String, _ patch: String, _ expected: String) throws {
        func node(_ text: String) throws -> DefinitionNode {
            DefinitionNode(try JSONValue(parsing: text), layer: .provider)
        }
        #expect(String(decoding: try node(target).merging(node(patch)).canonicalJSON, as: UTF8.self) == expected)
    }
}

import Catalog
import JSON
import Models
import Testing

@Suite("Definitions")
struct DefinitionTests {
    @Test func pagingThatCanSkipEntriesBringsFullRuns() throws {
        func reconcile(_ lines: String) throws -> Duration? {
            try Definitions.listing("request: { path: /i }\n" + lines).object.reconcile
        }
        #expect(try reconcile("pages: { page: 1, into: { query: p } }") == .seconds(7 * 86_400))
        #expect(try reconcile("pages: { offset: 0, into: { query: o } }") == .seconds(7 * 86_400))
        #expect(try reconcile("pages: { offset: 0, into: { query: o }, size: 9, overlap: 1 }") == nil)
        #expect(try reconcile("pages: { page: 1, into: { query: p }, order: immutable }") == nil)
        #expect(try reconcile("pages: { page: 1, into: { query: p } }\nreconcile: 1d") == .seconds(86_400))
        #expect(try reconcile("pages: { cursor: c, into: { query: p } }\nreconcile: 30d") == .seconds(30 * 86_400))
    }

    @Test func limitsAreRead() throws {
        let limits = try Definitions.listing(
            "request: { path: /i }",
            provider:
                "limits: { rate: 10/30s, concurrency: 3, remaining: X-Left, reset: X-Reset, owner: app, timeout: 20s, body: 8 }"
        ).object.limits
        #expect(limits.rate == Limits.Rate(requests: 10, per: .seconds(30)))
        #expect(limits.concurrency == 3)
        #expect(limits.owner == .app)
        #expect(limits.timeout == .seconds(20))
        #expect(limits.bodyBytes == 8 << 20)
        #expect(try Definitions.listing("request: { path: /i }").object.limits == Limits())
    }

    @Test func secretsAreKnownByTheExpressionsThatUseThem() throws {
        let auth = """
            auth:
              a: { basic: { username: "{{ secret.user }}", password: "{{ secret.password }}" } }
              b: { bearer: "{{ secret.token if secret.token else secret.old_token }}" }
            """
        let object = try Definitions.listing("request: { path: /i }", provider: auth).object
        #expect(object.authorization.map(\.secretNames) == [["password", "user"], ["old_token", "token"]])
        #expect(object.secretNames == ["old_token", "password", "token", "user"])
    }

    @Test func settingsTellWhatIsWrongWithWhatAnIntegrationGives() throws {
        let provider = try Definitions.provider(
            """
            provider: test
            base_url: https://x.example
            settings:
              zone: { title: Zone, choices: [eu, us] }
              count: { title: Count, type: number, default: 3 }
              note: { title: Note, optional: true }
              on: { title: "On", type: boolean, default: false }
              tags: { title: Tags, type: list, optional: true }
            objects: {}
            """)
        let origin = Origin(layer: .integration)
        #expect(provider.settings.problems(with: ["zone": "eu"], origin: origin).isEmpty)
        #expect(
            provider.settings.problems(
                with: ["zone": "eu", "count": 1, "note": .null, "on": true, "tags": ["a"]], origin: origin
            ).isEmpty)
        for given: JSONValue in [
            [:], ["zone": "asia"], ["zone": "eu", "count": "3"], ["zone": "eu", "on": "yes"],
            ["zone": "eu", "zon": "x"], ["zone": "eu", "tags": "a"],
        ] {
            #expect(provider.settings.problems(with: given, origin: origin).count == 1, "\(given)")
        }
        #expect(provider.settings.values(given: ["zone": "eu"]).value(at: JSONPath(keys: "count")) == .integer(3))
    }

    @Test func aMisspeltTypeIsNotTakenForACustomOneInSilence() throws {
        let provider = try Definitions.provider(Definitions.yaml("type: acounts\nrequest: { path: /i }\nid: id"))
        #expect(provider.validate().warnings.map(\.advice) == ["did you mean 'accounts'?"])
        #expect(provider.validate().errors.isEmpty)
    }

    @Test(
        arguments: [
            ("reqest", ["request", "records"], "request"), ("lmiits", ["limits", "title"], "limits"),
            ("x", ["request"], nil), ("Limits", ["limits"], "limits"),
        ] as [(String, [String], String?)])
    func theNearestNameIsFound(_ typed: String, _ names: [String], _ expected: String?) {
        #expect(NearestName.of(typed, among: names) == expected)
    }
}

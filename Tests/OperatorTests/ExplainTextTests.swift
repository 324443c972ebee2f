import Catalog
import JSON
import Operator
import Testing
import YAML

@Suite("Explanations of a definition")
struct ExplainTextTests {
    private func definition(_ overrides: [Override] = []) throws -> ResolvedDefinition {
        let yaml = """
            provider: test
            base_url: https://api.example.com
            objects:
              things: { type: widgets, id: id, every: 15m, request: { path: /things } }
            """
        return try ProviderDefinition(
            DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider)
        ).resolve(object: "things", overrides: overrides)
    }

    @Test func nameTheLayerAndPlaceOfEveryValue() throws {
        let patch = Override(layer: .customer, patch: ["every": "1h"])
        let text = ExplainText.table(try definition([patch]).explanation)
        let every = try #require(text.split(separator: "\n").first { $0.hasPrefix("every ") })
        #expect(every.contains("\"1h\"") && every.contains("customer"))
        let path = try #require(text.split(separator: "\n").first { $0.hasPrefix("request.path ") })
        #expect(path.contains("\"/things\"") && path.contains("provider.yaml:4"))
    }

    @Test func tellWhatAPatchChanges() throws {
        let patch = Override(layer: .trial, patch: ["every": "1h", "id": "key", "settle": "5s"])
        let changes = try definition().changes(to: try definition([patch]))
        #expect(
            ExplainText.lines(changes) == """
                every: "15m" → "1h"
                id: "id" → "key"
                settle: (nothing) → "5s"
                """)
        #expect(
            ExplainText.json(changes)[2] == ["path": "settle", "before": .null, "after": "\"5s\""])
    }

    @Test func tellThatAPatchChangesNothing() throws {
        let changes = try definition().changes(to: try definition([Override(layer: .trial, patch: ["id": "id"])]))
        #expect(ExplainText.lines(changes) == "the patch changes nothing")
    }

    @Test func areJSONForScripts() throws {
        let values = ExplainText.json(try definition().explanation).array ?? []
        #expect(values.contains { $0["path"] == "id" && $0["value"] == "\"id\"" && $0["layer"]?.string != nil })
    }
}

import Catalog
import Cryptography
import JSON
import Models
import Testing
import YAML

@Suite("The verification of a connection")
struct VerificationTests {
    private func address(_ object: String, verify: String = "{ request: { path: /me } }") throws -> String? {
        let yaml = """
            provider: test
            base_url: https://api.example.com/v1
            auth: { key: { bearer: "{{ secret.key }}" } }
            verify: \(verify)
            objects:
              things: { type: widgets, id: id, request: { path: /things } }
              messages: { type: letters, id: id, base_url: https://mail.example.com, request: { path: /messages } }
            """
        let definition = try ProviderDefinition(
            DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider)
        ).resolve(object: object).object
        return try Verification(
            definition, method: definition.authorization[0], settings: .null, secrets: ["key": Secret("k")],
            token: .null,
            now: .noon)?.request.url
    }

    @Test(arguments: ["things", "messages"])
    func asksTheProviderWhicheverObjectStandsForTheIntegration(_ object: String) throws {
        #expect(try address(object) == "https://api.example.com/v1/me")
    }

    @Test(arguments: ["things", "messages"])
    func mayHaveAnAddressOfItsOwn(_ object: String) throws {
        let verify = "{ base_url: https://login.example.com, request: { path: /me } }"
        #expect(try address(object, verify: verify) == "https://login.example.com/me")
    }
}

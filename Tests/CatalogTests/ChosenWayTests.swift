import Catalog
import Cryptography
import Testing
import YAML

/// Which of several ways of authorisation an integration uses.
@Suite struct ChosenWayTests {
    private func way(_ secrets: [String], connected: String? = nil) throws -> String? {
        let yaml = """
            provider: ways
            auth:
              person: { oauth2: { authorize: "https://ways.example/a", token: "https://ways.example/t" } }
              app: { oauth2: { grant: client_credentials, token: "https://ways.example/t" } }
              server:
                oauth2:
                  grant: client_credentials
                  token: "https://ways.example/t"
                  token_parameters: { account: "{{ secret.account }}" }
              key: { bearer: "{{ secret.key }}" }
            base_url: https://ways.example
            objects: { things: { type: widgets, id: id, request: { path: /i } } }
            """
        let object = try ProviderDefinition(
            DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider)
        ).resolve(object: "things").object
        let given = Dictionary(uniqueKeysWithValues: secrets.map { ($0, Secret("x")) })
        return object.way(given: given, connected: connected)?.name
    }

    @Test("the way that it was connected by, where its secrets are still there")
    func whatIsConnected() throws {
        #expect(try way(["client_id", "client_secret"], connected: "app") == "app")
        #expect(try way(["client_id"], connected: "app") == "person")
    }

    @Test("else the way that most of the secrets are for")
    func whatMostSecretsAreFor() throws {
        #expect(try way(["client_id", "client_secret", "account"]) == "server")
        #expect(try way(["client_id", "key"]) == "key")
    }

    @Test("else the first, and none without its secrets")
    func theFirst() throws {
        #expect(try way(["client_id", "client_secret"]) == "person")
        #expect(try way(["account"]) == nil)
    }
}

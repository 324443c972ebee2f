import Catalog
import Cryptography
import JSON
import Models
import Testing

@Suite("Tokens, sessions and signatures in requests")
struct AuthorizationTests {
    static let oauth = """
        auth:
          way:
            oauth2: { authorize: https://a.example.com/authorize, token: https://a.example.com/token, keep: [instance_url] }
        """

    func plan(
        _ provider: String, secrets: [String: String], token: JSONValue = .null, _ request: String = "{ path: /i }"
    )
        throws -> RequestPlan
    {
        let definition = try Definitions.listing("request: \(request)", provider: provider)
        let context = RetrievalContext(
            secrets: secrets.mapValues { Secret($0) }, token: token, kind: .initial, until: .noon)
        let retrieval = try Retrieval(definition, context)
        return try retrieval.request(at: retrieval.start, now: .noon)
    }

    @Test func anAccessTokenIsABearerUnlessTheDefinitionSaysOtherwise() throws {
        let secrets = ["access_token": "t0ken"]
        let plain = try plan(Self.oauth, secrets: secrets)
        #expect(plain.header("Authorization") == "Bearer t0ken")
        #expect(plain.headers.first { $0.name == "Authorization" }?.isSecret == true)
        let way = "auth: { way: { oauth2: { grant: client_credentials, token: https://a.example.com/token, "
        let zoho = try plan(way + "scheme: Zoho }}}", secrets: secrets)
        #expect(zoho.header("Authorization") == "Zoho t0ken")
        let own = try plan(way + "header: X-Token }}}", secrets: secrets)
        #expect(own.header("X-Token") == "t0ken")
        let bare = try plan(way + "scheme: \"\" }}}", secrets: secrets)
        #expect(bare.header("Authorization") == "t0ken")
    }

    @Test func whatIsKeptOfTheTokenResponseIsReadAsToken() throws {
        let plan = try plan(
            Self.oauth, secrets: ["access_token": "t"], token: ["instance_url": "acme"],
            "{ path: \"/i/{{ token.instance_url }}\" }")
        #expect(plan.url == "https://api.example.com/v1/i/acme")
        #expect(plan.shownURL == plan.url)
    }

    @Test func aConnectionWithoutATokenIsAnAuthorizationFailure() throws {
        let failure = #expect(throws: Failure.self) { try plan(Self.oauth, secrets: ["client_id": "c"]) }
        #expect(failure?.kind == .authorization)
    }

    @Test func aSessionTokenGoesWhereTheDefinitionSays() throws {
        let plan = try plan(
            "auth: { way: { session: { request: { path: /login, body: { u: \"{{ secret.user }}\" } }, token: id, header: X-Session } } }",
            secrets: ["access_token": "s"])
        #expect(plan.header("X-Session") == "s")
    }

    @Test func signaturesAreComputedOverTheFinishedRequest() throws {
        let plan = try plan(
            """
            auth:
              way:
                signed:
                  headers:
                    X-Key: "{{ secret.id }}"
                    X-Signed: "{{ request.method }} {{ request.host }} {{ request.path }} {{ request.query }} {{ request.body }} {{ now | epoch }}"
                    X-Signature: "{{ request.body | hmac_sha256(secret.key) }}"
            """, secrets: ["key": "k", "id": "me"], "{ path: /i, query: { a: 1 }, body: { b: 2 } }")
        #expect(plan.header("X-Key") == "me")
        #expect(plan.header("X-Signed") == "POST api.example.com /v1/i a=1 {\"b\":2} 1769860800")
        let code = Hexadecimal.encode(try HMACSHA256.code(Array("{\"b\":2}".utf8)[...], key: Secret("k")))
        #expect(plan.header("X-Signature") == code)
        #expect(plan.headers.filter { $0.name.hasPrefix("X-") }.allSatisfy { $0.isSecret })
    }

    @Test func theSecretsToGiveAreThoseThatATokenIsAskedForWith() throws {
        func given(_ way: String) throws -> [String] {
            try Definitions.listing("request: { path: /i }", provider: "auth: { way: { \(way) } }").object
                .authorization[0].givenSecretNames
        }
        let code = try given("oauth2: { authorize: https://a.example.com/a, token: https://a.example.com/t }")
        #expect(code == ["client_id"])
        let client = try given("oauth2: { grant: client_credentials, token: https://a.example.com/t }")
        #expect(client == ["client_id", "client_secret"])
        let assertion = try given(
            "oauth2: { grant: jwt_bearer, token: https://a.example.com/t, assertion: { key: \"{{ secret.pem }}\", issuer: me } }"
        )
        #expect(assertion == ["pem"])
        let session = try given("session: { request: { path: /l, form: { p: \"{{ secret.password }}\" } }, token: t }")
        #expect(session == ["password"])
    }
}

import Catalog
import Cryptography
import JSON
import Models
import SampleKeys
import Testing

@Suite("Requests for tokens and their answers")
struct TokenRequestTests {
    static let basics = "authorize: https://a.example.com/authorize, token: https://a.example.com/token"

    func requests(_ way: String, provider: String = "", settings: JSONValue = .null, secrets: [String: String] = [:])
        throws -> TokenRequests
    {
        let object = try Definitions.resolve(
            "type: widgets\nid: id\nrequest: { path: /i }", provider: "\(provider)\nauth: { way: { \(way) } }"
        ).object
        var all = ["client_id": Secret("me"), "client_secret": Secret("s3cret")]
        for (name, secret) in secrets { all[name] = Secret(secret) }
        return TokenRequests(object, method: object.authorization[0], settings: settings, secrets: all)
    }

    func oauth(_ more: String, secrets: [String: String] = [:]) throws -> TokenRequests {
        try requests("oauth2: { \(Self.basics)\(more.isEmpty ? "" : ", ")\(more) }", secrets: secrets)
    }

    func body(_ plan: RequestPlan) -> String { String(decoding: plan.body ?? [], as: UTF8.self) }

    func answer(_ requests: TokenRequests, _ body: String, status: Int = 200) -> TokenAnswer {
        requests.read(.json(body, status: status), asked: .noon)
    }

    // MARK: Requests

    @Test func consentIsAskedForWithStateAndChallenge() throws {
        let address = try oauth(
            "scopes: [read, \"users:write\"], authorize_parameters: { access_type: offline, prompt: \"{{ settings.x }}\" }"
                .replacing("{{ settings.x }}", with: "consent")
        ).consent(redirect: "http://127.0.0.1:7/callback", state: "st", challenge: "ch", now: .noon)
        #expect(
            address == "https://a.example.com/authorize?response_type=code&client_id=me"
                + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2Fcallback&scope=read%20users%3Awrite&state=st"
                + "&code_challenge=ch&code_challenge_method=S256&access_type=offline&prompt=consent")
    }

    @Test func aCodeIsExchangedWithItsVerifier() throws {
        let plan = try oauth("").exchange(
            code: Secret("c&1"), redirect: "http://h/cb", verifier: Secret("v"), now: .noon)
        #expect(plan.method == "POST")
        #expect(plan.url == "https://a.example.com/token")
        #expect(
            body(plan)
                == "grant_type=authorization_code&code=c%261&redirect_uri=http%3A%2F%2Fh%2Fcb&code_verifier=v&client_id=me&client_secret=s3cret"
        )
        let without = try oauth("pkce: false").exchange(
            code: Secret("c"), redirect: "r", verifier: Secret("v"), now: .noon)
        #expect(!body(without).contains("code_verifier"))
    }

    @Test func theAppIsKnownByBasicOrBodyAndTheBodyIsAFormOrJSON() throws {
        let basic = try oauth("client_auth: basic").refresh(Secret("r"), now: .noon)
        #expect(body(basic) == "grant_type=refresh_token&refresh_token=r")
        #expect(basic.header("Authorization") == "Basic bWU6czNjcmV0")
        #expect(basic.headers.first { $0.name == "Authorization" }?.isSecret == true)
        let json = try oauth("format: json").refresh(Secret("r"), now: .noon)
        #expect(
            try JSONValue(parsing: json.body ?? []) == [
                "grant_type": "refresh_token", "refresh_token": "r", "client_id": "me", "client_secret": "s3cret",
            ])
        #expect(json.header("Content-Type") == "application/json")
    }

    @Test func parametersAreAddedAndReplaceThoseOfTheStandard() throws {
        let plan = try requests(
            "oauth2: { grant: client_credentials, token: https://a.example.com/token, scopes: [a, b], scope_separator: \",\", token_parameters: { grant_type: account_credentials, account_id: \"{{ secret.account }}\" } }",
            secrets: ["account": "42"]
        ).grant(now: .noon)
        #expect(
            body(plan)
                == "scope=a%2Cb&client_id=me&client_secret=s3cret&grant_type=account_credentials&account_id=42")
    }

    @Test func aPasswordIsAskedForWithNameAndPassword() throws {
        let plan = try requests(
            "oauth2: { grant: password, token: https://a.example.com/token }",
            secrets: ["username": "ann", "password": "p"]
        ).grant(now: .noon)
        #expect(body(plan).hasPrefix("grant_type=password&username=ann&password=p&client_id=me"))
    }

    @Test func anAssertionIsSignedAndSaysWhatTheDefinitionSays() throws {
        let plan = try requests(
            "oauth2: { grant: jwt_bearer, token: https://a.example.com/token, scopes: [read], assertion: { key: \"{{ secret.pem }}\", key_id: k1, issuer: \"{{ secret.mail }}\", subject: ann, lifetime: 10m, claims: { target: 5 } } }",
            secrets: ["pem": SigningKeys.rsa, "mail": "me@x"]
        ).grant(now: .noon)
        let parts = body(plan).split(separator: "&")
        #expect(parts[0] == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        let token = try #require(parts.first { $0.hasPrefix("assertion=") }).dropFirst(10).split(separator: ".")
        #expect(token.count == 3)
        let head = try JSONValue(parsing: Base64.url.decode(token[0]).orFail())
        let claims = try JSONValue(parsing: Base64.url.decode(token[1]).orFail())
        #expect(head == ["alg": "RS256", "typ": "JWT", "kid": "k1"])
        #expect(claims["iss"] == "me@x" && claims["sub"] == "ann" && claims["aud"] == "https://a.example.com/token")
        #expect(claims["iat"] == .integer(1_769_860_800) && claims["exp"] == .integer(1_769_861_400))
        #expect(claims["scope"] == "read" && claims["target"] == 5)
        let signature = try SigningKey(pem: Secret(SigningKeys.rsa)).signature(
            of: Array("\(token[0]).\(token[1])".utf8), .rs256)
        #expect(Base64.url.encode(signature) == String(token[2]))
    }

    @Test func aMissingSecretIsNamedAndAKeyThatIsNoneIsNotShown() throws {
        let object = try Definitions.resolve(
            "type: widgets\nid: id\nrequest: { path: /i }", provider: "auth: { way: { oauth2: { \(Self.basics) } } }"
        ).object
        let requests = TokenRequests(object, method: object.authorization[0], settings: .null, secrets: [:])
        let failure = #expect(throws: Failure.self) { try requests.refresh(Secret("r"), now: .noon) }
        #expect(failure?.cause.contains("client_id") == true)
        let jwt = try self.requests(
            "oauth2: { grant: jwt_bearer, token: https://a.example.com/token, assertion: { key: \"{{ secret.pem }}\", issuer: i } }",
            secrets: ["pem": "no key at all"])
        let bad = #expect(throws: Failure.self) { try jwt.grant(now: .noon) }
        #expect(bad?.kind == .authorization)
        #expect(bad?.description.contains("no key at all") == false)
    }

    // MARK: Answers

    func granted(_ answer: TokenAnswer) -> GrantedToken? { if case .granted(let token) = answer { token } else { nil } }

    @Test func aTokenIsReadWithItsEnd() throws {
        let token = granted(
            answer(
                try oauth("keep: [instance_url, team]"),
                #"{"access_token":"a","refresh_token":"r","expires_in":3600,"instance_url":"https://x"}"#))
        #expect(token?.access.reveal() == "a")
        #expect(token?.refresh?.reveal() == "r")
        #expect(token?.expiresAt == .noon + .seconds(3600))
        #expect(token?.kept == JSONObject([("instance_url", "https://x")]))
    }

    @Test(arguments: [
        ("expires: { unit: millisecond }", #""expires_in":5000"#, 5),
        ("expires: { in: lifetime, unit: minute }", #""lifetime":"5""#, 300),
        ("expires: { at: ends }", #""ends":"2026-01-31T12:00:09Z""#, 9),
        ("expires: { at: ends }", #""ends":1769860809"#, 9),
        ("expires: { at: ends }", #""ends":1769860809000"#, 9),
        ("expires: { default: 2h }", #""x":1"#, 7200),
        ("expires: { default: 2h }", #""expires_in":60"#, 60),
        ("expires: { default: 2h }", #""expires_in":"soon""#, 7200),
    ])
    func theEndIsReadAsProvidersWriteIt(_ definition: String, _ body: String, _ seconds: Int) throws {
        let token = granted(answer(try oauth(definition), "{\"access_token\":\"a\",\(body)}"))
        #expect(token?.expiresAt == .noon + .seconds(seconds))
    }

    @Test func aTokenWithoutAnEndIsOne() throws {
        for body in [
            #"{"access_token":"a"}"#, #"{"access_token":"a","expires_in":0}"#,
            #"{"access_token":"a","expires_in":1e300}"#,
        ] {
            let token = granted(answer(try oauth(""), body))
            #expect(token != nil)
            #expect(token?.expiresAt == nil)
        }
    }

    @Test func theTokensMayStandWithinAPart() throws {
        let token = granted(
            answer(
                try oauth("within: authed_user, keep: { team: team.id }"),
                #"{"ok":true,"authed_user":{"access_token":"u","refresh_token":"q"},"team":{"id":"T1"}}"#))
        #expect(token?.access.reveal() == "u")
        #expect(token?.refresh?.reveal() == "q")
        #expect(token?.kept == JSONObject([("team", "T1")]))
    }

    func summary(_ answer: TokenAnswer) -> String {
        switch answer {
        case .granted: "granted"
        case .refused(let failure): "refused \(failure.kind.rawValue)"
        case .unavailable(let failure): "unavailable \(failure.kind.rawValue)"
        case .unclear(let failure): "unclear \(failure.kind.rawValue)"
        }
    }

    @Test(arguments: [
        (400, #"{"error":"invalid_grant"}"#, "refused authorization"),
        (200, #"{"error":"bad_refresh_token"}"#, "refused authorization"),
        (200, #"{"ok":false,"error":"token_revoked"}"#, "refused authorization"),
        (401, #"{"error":"invalid_client"}"#, "refused definition"),
        (400, #"{"error":"invalid_scope"}"#, "refused definition"),
        (400, #"{"error":"temporarily_unavailable"}"#, "unavailable transient"),
        (400, "<html>", "refused authorization"),
        (404, "", "refused definition"),
        (302, "", "refused definition"),
        (429, "", "unavailable throttled"),
        (500, "", "unavailable transient"),
        (503, #"{"error":"invalid_grant"}"#, "unavailable transient"),
        (502, "", "unclear transient"),
        (504, "", "unclear transient"),
        (200, "<html>", "unclear definition"),
        (200, #"{"access_token":""}"#, "unclear definition"),
    ])
    func whatIsNoTokenIsClassed(_ status: Int, _ body: String, _ expected: String) throws {
        #expect(summary(answer(try oauth(""), body, status: status)) == expected)
    }

    @Test func noTextOfAnAnswerButACodeIsRepeated() throws {
        for body in [
            #"{"error":"the token sk-12345 is bad"}"#, #"{"error":"invalid_grant","error_description":"sk-12345"}"#,
            "sk-12345",
        ] {
            guard case .refused(let failure) = answer(try oauth(""), body, status: 400) else {
                Issue.record("not refused")
                continue
            }
            #expect(!failure.description.contains("12345"))
        }
    }

    // MARK: Sessions

    static let session =
        "session: { request: { path: /login, body: { user: \"{{ secret.user }}\", time: \"{{ now | epoch }}\" } }, token: data.token, lifetime: 1h, header: X-S, keep: { host: data.host } }"

    @Test func aSessionIsAskedForAndRead() throws {
        let requests = try requests(Self.session, secrets: ["user": "ann"])
        let plan = try requests.grant(now: .noon)
        #expect(plan.url == "https://api.example.com/v1/login")
        #expect(body(plan) == #"{"time":1769860800,"user":"ann"}"#)
        let token = granted(answer(requests, #"{"data":{"token":"t","host":"h"}}"#))
        #expect(token?.access.reveal() == "t")
        #expect(token?.expiresAt == .noon + .seconds(3600))
        #expect(token?.kept == JSONObject([("host", "h")]))
        #expect(summary(answer(requests, "{}")) == "refused authorization")
        #expect(summary(answer(requests, "{}", status: 401)) == "refused authorization")
        #expect(summary(answer(requests, "{}", status: 500)) == "unavailable transient")
        #expect(summary(answer(requests, "{}", status: 418)) == "refused definition")
    }

    @Test func aLoginMayBeSigned() throws {
        let requests = try requests(
            "session: { request: { method: POST, path: \"/apps/{{ secret.app }}/tokens\", headers: { Authorization: \"Bearer {{ secret.assertion }}\" } }, token: token, lifetime: 1h, assertion: { key: \"{{ secret.pem }}\", issuer: \"{{ secret.app }}\" } }",
            secrets: ["pem": SigningKeys.rsa, "app": "7"])
        #expect(requests.method.givenSecretNames == ["app", "pem"])
        let plan = try requests.grant(now: .noon)
        #expect(plan.url == "https://api.example.com/v1/apps/7/tokens")
        let token = try plan.header("Authorization").orFail().dropFirst(7).split(separator: ".")
        let claims = try JSONValue(parsing: Base64.url.decode(token[1]).orFail())
        #expect(claims["iss"] == "7" && claims["aud"] == "https://api.example.com/v1" && claims["scope"] == nil)
        #expect(plan.headers.first { $0.name == "Authorization" }?.isSecret == true)
    }

    @Test func aNameMayStandForTheRedirect() throws {
        let requests = try oauth("redirect: Acme-RuName")
        let address = try requests.consent(
            redirect: "http://127.0.0.1:7/callback", state: "s", challenge: "c", now: .noon)
        #expect(address.contains("redirect_uri=Acme-RuName&"))
        let plan = try requests.exchange(
            code: Secret("c"), redirect: "http://127.0.0.1:7/callback", verifier: Secret("v"), now: .noon)
        #expect(body(plan).contains("redirect_uri=Acme-RuName&"))
    }

    @Test func aSessionsTokenMayStandInAHeader() throws {
        let requests = try requests(
            "session: { request: { path: /login, form: { u: \"{{ secret.user }}\" } }, token: \"{{ response.headers.x_token }}\" }",
            secrets: ["user": "ann"])
        let answer = requests.read(
            ProviderResponse(status: 200, headers: [("X-Token", "h")], body: Array("{}".utf8)), asked: .noon)
        #expect(granted(answer)?.access.reveal() == "h")
    }

    @Test func aStoredTokenIsReadAsItWasWritten() throws {
        let token = GrantedToken(
            access: Secret("a\"b"), refresh: Secret("r"), expiresAt: .noon,
            kept: JSONObject([("x", ["y": 1] as JSONValue)]))
        #expect(GrantedToken(storedForm: token.storedForm, expiresAt: .noon) == token)
        #expect(GrantedToken(storedForm: Secret("nonsense"), expiresAt: nil) == nil)
    }
}

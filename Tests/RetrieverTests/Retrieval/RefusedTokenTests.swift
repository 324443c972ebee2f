import Catalog
import Credentials
import Cryptography
import HTTPClient
import JSON
import Models
import Retriever
import Service
import Storage
import Synchronization
import Testing
import YAML

/// A provider with its authorisation server in memory: tokens are `1`, `2` and so on, each good for one hour.
private final class Provider: HTTPTransport {
    private let state = Mutex((tokens: 0, asked: [String]()))
    /// Called with each token before the provider judges it.
    private let accepts: @Sendable (String) async throws -> Bool

    init(accepts: @escaping @Sendable (String) async throws -> Bool) { self.accepts = accepts }

    /// The tokens of the requests for a page.
    var asked: [String] { state.withLock { $0.asked } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if request.url.hasSuffix("/token") {
            let number = state.withLock { state in
                state.tokens += 1
                return state.tokens
            }
            return HTTPResponse(status: 200, body: Array(#"{"access_token":"\#(number)","expires_in":3600}"#.utf8))
        }
        let token = request.headers.first { $0.name == "Authorization" }?.value.dropFirst("Bearer ".count) ?? ""
        state.withLock { $0.asked.append(String(token)) }
        let isAccepted = (try? await accepts(String(token))) ?? false
        return HTTPResponse(status: isAccepted ? 200 : 401, body: Array(#"{"items":[]}"#.utf8))
    }
}

/// Another process's view of the authorisation server: every token is `new`.
private struct Successors: HTTPTransport {
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        HTTPResponse(status: 200, body: Array(#"{"access_token":"new","expires_in":3600}"#.utf8))
    }
}

@Suite("A request whose token is refused")
struct RefusedTokenTests {
    let clock = ManualClock()
    let store: MemoryTokenStore
    let keys: KeyRing

    init() throws {
        store = MemoryTokenStore(clock: clock)
        keys = try KeyRing(parsing: KeyRing.makeKey(id: "k"))
    }

    private static let yaml = """
        provider: test
        base_url: https://api.example.com
        auth: { way: { oauth2: { grant: client_credentials, token: https://a.example.com/token } } }
        objects: { things: { type: widgets, records: items, id: id, request: { path: /i } } }
        """
    private static let secrets = ["client_id": Secret("me"), "client_secret": Secret("s")]

    private func keeper(_ transport: any HTTPTransport) -> TokenKeeper {
        TokenKeeper(
            store: store, keys: keys, endpoint: TokenEndpoint(transport: transport, patience: .seconds(30)),
            clock: clock, holder: PublicID(now: clock.now), lease: .seconds(60))
    }

    private func definition() throws -> ResolvedDefinition {
        try ProviderDefinition(DefinitionNode(YAMLParser.document(Self.yaml), file: "provider.yaml", layer: .provider))
            .resolve(object: "things")
    }

    private func subject() throws -> TokenSubject {
        let object = try definition().object
        return TokenSubject(
            integration: 7, publicID: PublicID(high: 1, low: 2), object: object, method: object.authorization[0],
            settings: .null, secrets: Self.secrets)
    }

    private func fetch(from provider: Provider) async throws -> PageFetcher.Outcome {
        let retrieval = try Retrieval(
            definition(),
            RetrievalContext(
                settings: .null, secrets: Self.secrets, authorization: "way", kind: .initial,
                until: clock.now))
        let credentials = RunCredentials(keeper: keeper(provider), subject: try subject(), clock: clock)
        let fetcher = PageFetcher(transport: provider, pacer: RequestPacer(unpaced: clock), clock: clock)
        return try await fetcher.fetch(
            retrieval, at: retrieval.start, user: QuotaUser(owner: "test", customer: 1), credentials: credentials)
    }

    @Test func isRepeatedWithARenewedOne() async throws {
        let provider = Provider { $0 == "2" }
        guard case .page = try await fetch(from: provider) else {
            Issue.record("there is no page")
            return
        }
        #expect(provider.asked == ["1", "2"])
    }

    @Test func isARefusalOfTheCredentialOnceRenewedOnesThatLiveAreRefusedToo() async throws {
        let provider = Provider { _ in false }
        guard case .trouble(.fail(let failure)) = try await fetch(from: provider) else {
            Issue.record("the refusal is not believed")
            return
        }
        #expect(failure.kind == .authorization)
        #expect(provider.asked == ["1", "2", "3"])
    }

    @Test func goesOnWhereEachTokenWasOverBeforeTheAnswerArrived() async throws {
        let clock = clock
        let provider = Provider { token in
            if token != "4" { clock.advance(by: .seconds(3600)) }
            return token == "4"
        }
        guard case .page = try await fetch(from: provider) else {
            Issue.record("there is no page")
            return
        }
        #expect(provider.asked == ["1", "2", "3", "4"])
    }

    @Test func isTriedLaterWhereThatNeverEnds() async throws {
        let clock = clock
        let provider = Provider { _ in
            clock.advance(by: .seconds(3600))
            return false
        }
        guard case .trouble(.retry(let failure)) = try await fetch(from: provider) else {
            Issue.record("it is not tried again")
            return
        }
        #expect(failure.kind == .transient)
        #expect(provider.asked == ["1", "2", "3", "4", "5"])
    }

    @Test func goesOnWithTheTokenThatAnotherProcessPutInItsPlace() async throws {
        let (store, subject) = (store, try subject())
        let other = keeper(Successors())
        let provider = Provider { token in
            guard !token.hasPrefix("new") else { return true }
            let version = await store.token(integration: 7)?.version
            _ = try await other.token(for: subject, refused: version)
            return false
        }
        guard case .page = try await fetch(from: provider) else {
            Issue.record("there is no page")
            return
        }
        #expect(provider.asked == ["1", "new"])
    }

    @Test func isNoRefusalOfTheCredentialWhileAnotherProcessRenewsIt() async throws {
        let (store, clock) = (store, clock)
        let provider = Provider { _ in
            // It has begun, and its answer is not stored yet; then its lease ends.
            let seen = await store.token(integration: 7)
            _ = await store.begin(
                integration: 7, method: "way", after: seen, holder: PublicID(high: 9, low: 9), tokenHash: "h",
                for: .seconds(1))
            clock.advance(by: .seconds(2))
            return false
        }
        guard case .trouble(.retry(let failure)) = try await fetch(from: provider) else {
            Issue.record("it is not tried again")
            return
        }
        #expect(failure.kind == .transient)
    }
}

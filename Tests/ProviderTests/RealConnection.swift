import Catalog
import Credentials
import Cryptography
import Exchanges
import HTTPClient
import Models
import Storage

/// The token of a play through the retriever: sealed in a store, asked for and renewed by the real keeper.
struct RealConnection {
    /// What authorises the run.
    let credentials: RunCredentials

    private static let integration: Int64 = 1
    private let written: ExchangeConnection
    private let subject: TokenSubject
    private let store: MemoryTokenStore
    private let sealing: TokenSealing

    /// The connection of `script`; nil where it has none.
    init?(_ script: ExchangeScript, object: ObjectDefinition, transport: any HTTPTransport) async throws {
        guard let written = script.connection, let method = try script.tokenMethod(of: object) else { return nil }
        self.written = written
        let clock = StillClock(now: script.context.until)
        let keys = try KeyRing(parsing: KeyRing.makeKey(id: "play"))
        store = MemoryTokenStore(clock: clock)
        sealing = TokenSealing(keys: keys)
        subject = TokenSubject(
            integration: Self.integration, publicID: PublicID(now: clock.now), object: object, method: method,
            settings: script.context.settings, secrets: script.context.secrets)
        let keeper = TokenKeeper(
            store: store, keys: keys, endpoint: TokenEndpoint(transport: transport, patience: .seconds(30)),
            clock: clock, holder: PublicID(now: clock.now), lease: .seconds(60))
        credentials = RunCredentials(keeper: keeper, subject: subject, clock: clock)
        let consented = try await Self.consent(script, object, transport)
        if let token = consented ?? written.token {
            try await store.connect(
                integration: Self.integration, method: method.name, sealing.seal(token, for: subject.purpose))
        }
    }

    /// The token of a person who consented; nil where the file does not begin with that.
    private static func consent(
        _ script: ExchangeScript, _ object: ObjectDefinition, _ transport: any HTTPTransport
    ) async throws -> GrantedToken? {
        guard var consent = try ConsentPlay(script, object: object) else { return nil }
        while let asked = try consent.next() {
            let response = try await transport.send(
                HTTPRequest(
                    method: asked.method, url: asked.url,
                    headers: asked.headers.map { HTTPHeader($0.name, $0.value) }, body: asked.body,
                    limits: HTTPLimits(redirects: 0)))
            try consent.take(
                ProviderResponse(
                    status: response.status, headers: response.headers.map { ($0.name, $0.value) },
                    body: response.body))
        }
        return consent.token
    }

    /// How the token that is stored by now differs from what is written.
    func differences() async throws -> [String] {
        let sealed = await store.token(integration: Self.integration)?.sealed
        return written.differences(from: try sealed.map { try sealing.open($0, for: subject.purpose) })
    }
}

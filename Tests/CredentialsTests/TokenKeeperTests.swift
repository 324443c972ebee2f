import Catalog
import Credentials
import Cryptography
import HTTPClient
import JSON
import Models
import Service
import Storage
import Synchronization
import Testing
import YAML

@Suite("Keeping tokens")
struct TokenKeeperTests {
    static let lease = Duration.seconds(60)
    let clock = ManualClock()
    let store: MemoryTokenStore
    let keys: KeyRing

    init() throws {
        store = MemoryTokenStore(clock: clock)
        keys = try KeyRing(parsing: KeyRing.makeKey(id: "k"))
    }

    private func keeper(_ transport: any HTTPTransport, _ outcomes: Outcomes = Outcomes()) -> TokenKeeper {
        TokenKeeper(
            store: store, keys: keys, endpoint: TokenEndpoint(transport: transport, patience: Self.lease / 2),
            clock: clock, holder: PublicID(now: clock.now), lease: Self.lease
        ) { outcomes.note($0) }
    }

    private func subject(_ oauth: String) throws -> TokenSubject {
        let yaml = """
            provider: test
            base_url: https://api.example.com
            auth: { way: { oauth2: { token: https://a.example.com/token, \(oauth) } } }
            objects: { things: { type: widgets, id: id, request: { path: /i } } }
            """
        let object = try ProviderDefinition(
            DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider)
        ).resolve(object: "things").object
        return TokenSubject(
            integration: 7, publicID: PublicID(high: 1, low: 2), object: object, method: object.authorization[0],
            settings: .null, secrets: ["client_id": Secret("me"), "client_secret": Secret("s")])
    }

    private func code(_ refreshToken: String) throws -> TokenSubject {
        try subject("authorize: https://a.example.com/authorize, refresh_token: \(refreshToken)")
    }

    private func connect(
        _ subject: TokenSubject, as method: String = "way", expires: Duration = .seconds(3600)
    ) async throws {
        let token = GrantedToken(
            access: Secret("first"), refresh: Secret("r1"), expiresAt: clock.now + expires,
            kept: JSONObject([("host", "acme")]))
        try await store.connect(
            integration: 7, method: method, TokenSealing(keys: keys).seal(token, for: subject.purpose))
    }

    @Test func aConnectedIntegrationUsesItsTokenWithoutAskingAnyone() async throws {
        let (server, subject) = (Answers([]), try code("revokes"))
        try await connect(subject)
        let token = try await keeper(server).token(for: subject)
        #expect(token.access.reveal() == "first")
        #expect(token.kept == ["host": "acme"])
        #expect(server.bodies.isEmpty)
    }

    @Test func whoIsNotConnectedHasToConnect() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await keeper(Answers([])).token(for: try code("revokes"))
        }
        #expect(failure?.kind == .authorization)
        #expect(failure?.advice?.contains("tributary connect") == true)
    }

    @Test func aTokenThatIsOverIsRenewedAndWhatWasKeptStays() async throws {
        let server = Answers([
            .token("second", refresh: "r2", expires: 60), .token("third", refresh: "r3", expires: 60),
        ])
        let subject = try code("revokes")
        try await connect(subject)
        clock.advance(by: .seconds(3600))
        let keeper = keeper(server)
        let token = try await keeper.token(for: subject)
        #expect(token.access.reveal() == "second")
        #expect(token.kept == ["host": "acme"])
        #expect(try await keeper.token(for: subject, refused: token.version).access.reveal() == "third")
        #expect(
            server.bodies.map { $0.contains("refresh_token=r1") || $0.contains("refresh_token=r2") } == [true, true])
        #expect(server.bodies[0].contains("refresh_token=r1") && server.bodies[1].contains("refresh_token=r2"))
    }

    @Test func aRefusedTokenIsRenewedOnceForAllWhoWereRefused() async throws {
        let server = Answers([.token("second", refresh: "r2", expires: 3600)])
        let subject = try code("revokes")
        try await connect(subject)
        let keeper = keeper(server)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await keeper.token(for: subject, refused: 1).access.reveal() } }
            for try await token in group { #expect(token == "second") }
        }
        #expect(server.bodies.count == 1)
    }

    @Test func anotherProcessWaitsForTheResultAndUsesIt() async throws {
        let (arrived, mayAnswer) = (AsyncStream.makeStream(of: Void.self), AsyncStream.makeStream(of: Void.self))
        let server = Answers([.token("second", refresh: "r2", expires: 3600)]) { _ in
            arrived.continuation.yield()
            for await _ in mayAnswer.stream { break }
        }
        let subject = try code("revokes")
        try await connect(subject)
        let (one, other) = (keeper(server), keeper(server))
        async let first = one.token(for: subject, refused: 1)
        for await _ in arrived.stream { break }
        async let second = other.token(for: subject, refused: 1)
        await clock.untilAsleep()
        mayAnswer.continuation.yield()
        let renewed = try await first
        clock.advance(by: .seconds(1))
        #expect(try await second.access.reveal() == renewed.access.reveal())
        #expect(server.bodies.count == 1)
    }

    @Test(arguments: ["reusable", "rotates"])
    func afterACrashTheTokenIsSentOnceMore(_ kind: String) async throws {
        let server = Answers([.token("second", refresh: "r2", expires: 60)])
        let subject = try code(kind)
        try await connect(subject)
        let seen = await store.token(integration: 7)
        // A process that died between its intent and its commit.
        _ = await store.begin(
            integration: 7, method: "way", after: seen, holder: PublicID(high: 9, low: 9), tokenHash: "h",
            for: Self.lease)
        clock.advance(by: .seconds(3600))
        #expect(try await keeper(server).token(for: subject).access.reveal() == "second")
        #expect(await store.token(integration: 7)?.intent == nil)
    }

    @Test func afterACrashATokenThatRevokesIsNotSentAndTheFailureSaysExactlyThat() async throws {
        let (server, outcomes) = (Answers([.token("second", refresh: "r2", expires: 60)]), Outcomes())
        let subject = try code("revokes")
        try await connect(subject)
        let seen = await store.token(integration: 7)
        _ = await store.begin(
            integration: 7, method: "way", after: seen, holder: PublicID(high: 9, low: 9), tokenHash: "h",
            for: Self.lease)
        let keeper = keeper(server, outcomes)
        // The old token still works, so nothing is lost yet.
        #expect(try await keeper.token(for: subject).access.reveal() == "first")
        clock.advance(by: .seconds(3600))
        for _ in 0..<2 {
            let failure = await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
            #expect(failure?.kind == .authorization)
            #expect(failure?.cause.contains("was lost before it was stored") == true)
        }
        #expect(server.bodies.isEmpty)
        #expect(outcomes.all == [.lost], "it is counted once")
    }

    @Test func aLateAnswerIsStoredAndWhatWasGivenUpGoesOn() async throws {
        let subject = try code("revokes")
        try await connect(subject, expires: .seconds(10))
        clock.advance(by: .seconds(10))
        let (other, store, clock) = (keeper(Answers([])), store, clock)
        let server = Answers([.token("second", refresh: "r2", expires: 3600)]) { _ in
            // While the answer is on its way its sender is taken for dead.
            clock.advance(by: Self.lease)
            await #expect(throws: Failure.self) { try await other.token(for: subject) }
        }
        #expect(try await keeper(server).token(for: subject).access.reveal() == "second")
        #expect(await store.revived == [7, 7])
        #expect(try await other.token(for: subject).access.reveal() == "second")
    }

    @Test func aLoserDoesNotOverwriteTheWinner() async throws {
        let subject = try code("rotates")
        try await connect(subject, expires: .seconds(10))
        clock.advance(by: .seconds(10))
        let (store, clock) = (store, clock)
        let other = keeper(Answers([.token("winner", refresh: "r3", expires: 3600)]))
        let server = Answers([.token("loser", refresh: "r2", expires: 3600)]) { _ in
            clock.advance(by: Self.lease)
            _ = try? await other.token(for: subject)
        }
        #expect(try await keeper(server).token(for: subject).access.reveal() == "winner")
        #expect(await store.token(integration: 7)?.version == 2)
    }

    @Test func aRefusalIsAnAuthorizationFailureUnlessSomebodyConnectedMeanwhile() async throws {
        let subject = try code("revokes")
        try await connect(subject, expires: .seconds(10))
        clock.advance(by: .seconds(10))
        let refusal = Answers.Answer.status(400, "{\"error\":\"invalid_grant\",\"error_description\":\"r1 is bad\"}")
        let failure = await #expect(throws: Failure.self) { try await keeper(Answers([refusal])).token(for: subject) }
        #expect(failure?.kind == .authorization)
        #expect(failure?.cause.contains("invalid_grant") == true)
        #expect(failure?.description.contains("r1") == false)
        let server = Answers([refusal]) { _ in try? await self.connect(subject) }
        #expect(try await keeper(server).token(for: subject).access.reveal() == "first")
    }

    @Test func whoseRenewalIsRefusedStaysStoppedUntilSomebodyConnects() async throws {
        let subject = try code("revokes")
        try await connect(subject, expires: .seconds(10))
        clock.advance(by: .seconds(10))
        let keeper = keeper(Answers([.status(400, "{\"error\":\"invalid_grant\"}")]))
        await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
        // The run has never held a token: the one that was stored was over when it began.
        try await keeper.reconsider(subject, version: 0)
        #expect(await store.revived == [7], "connected once")
        try await connect(subject)
        try await keeper.reconsider(subject, version: 0)
        #expect(await store.revived == [7, 7, 7], "connected twice, and taken back once")
    }

    @Test(arguments: [HTTPError.Kind.connectionRefused, .unresolvedHost, .timeoutConnecting])
    func whatWasNeverSentIsSentLater(_ kind: HTTPError.Kind) async throws {
        let server = Answers([.error(kind), .token("second", refresh: "r2", expires: 60)])
        let subject = try code("revokes")
        try await connect(subject, expires: .seconds(10))
        clock.advance(by: .seconds(10))
        let keeper = keeper(server)
        let failure = await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
        #expect(failure?.kind == .transient)
        #expect(try await keeper.token(for: subject).access.reveal() == "second")
    }

    @Test func anAnswerThatDidNotArriveIsALossOnlyWhereReuseRevokes() async throws {
        for (kind, requests) in [("reusable", 2), ("rotates", 2), ("revokes", 1)] {
            let server = Answers([.error(.connectionReset), .token("second", refresh: "r2", expires: 60)])
            let subject = try code(kind)
            try await connect(subject, expires: .seconds(10))
            clock.advance(by: .seconds(10))
            let keeper = keeper(server)
            await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
            let token = try? await keeper.token(for: subject)
            #expect(token?.access.reveal() == (kind == "revokes" ? nil : "second"))
            #expect(server.bodies.count == requests)
        }
    }

    @Test func aServerThatIsDownShortlyBeforeTheEndIsNoReasonToStop() async throws {
        let server = Answers([.status(503, "down"), .token("second", refresh: "r2", expires: 3600)])
        let subject = try code("revokes")
        try await connect(subject)
        clock.advance(by: .seconds(3590))
        let keeper = keeper(server)
        #expect(try await keeper.token(for: subject).access.reveal() == "first")
        #expect(try await keeper.token(for: subject).access.reveal() == "first")
        #expect(server.bodies.count == 1, "it is left alone for a moment")
        clock.advance(by: .seconds(10))
        #expect(try await keeper.token(for: subject).access.reveal() == "second")
    }

    @Test func clientCredentialsNeedNoConnectionAndNoRefreshToken() async throws {
        let server = Answers([
            .token("one", refresh: nil, expires: 60), .error(.connectionReset),
            .token("two", refresh: nil, expires: 60),
        ])
        let subject = try subject("grant: client_credentials")
        let keeper = keeper(server)
        #expect(try await keeper.token(for: subject).access.reveal() == "one")
        clock.advance(by: .seconds(60))
        await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
        #expect(try await keeper.token(for: subject).access.reveal() == "two")
        #expect(server.bodies.allSatisfy { $0.contains("grant_type=client_credentials") })
    }

    @Test func aTokenOfAnotherWayIsNeitherUsedNorLostWhileThisOneIsRefused() async throws {
        let refusal = Answers.Answer.status(401, "{\"error\":\"invalid_client\"}")
        let other = "other"
        let subject = try subject("grant: client_credentials")
        try await connect(subject, as: other)
        let connected = await store.token(integration: 7)
        let keeper = keeper(Answers([refusal, refusal, .token("own", refresh: nil, expires: 60)]))
        for _ in 0..<2 {
            let failure = await #expect(throws: Failure.self) { try await keeper.token(for: subject) }
            #expect(failure?.kind == .authorization)
            #expect(await store.token(integration: 7)?.sealed == connected?.sealed)
            #expect(await store.token(integration: 7)?.method == other)
        }
        try await keeper.reconsider(subject, version: 0)
        #expect(await store.revived == [7], "connected once; the token of the other way takes nothing back")
        #expect(try await keeper.token(for: subject).access.reveal() == "own")
        #expect(await store.token(integration: 7)?.method == "way")
    }

    @Test func nothingOfATokenIsStoredInTheClear() async throws {
        let subject = try code("revokes")
        try await connect(subject)
        let stored = try #require(await store.token(integration: 7)?.sealed)
        #expect(!String(decoding: stored.ciphertext, as: UTF8.self).contains("first"))
        let other = TokenSealing(keys: keys)
        #expect(throws: Failure.self) { try other.open(stored, for: "token:somebody else") }
    }
}

private final class Outcomes: Sendable {
    private let noted = Mutex<[RenewalOutcome]>([])
    var all: [RenewalOutcome] { noted.withLock { $0 } }
    func note(_ outcome: RenewalOutcome) { noted.withLock { $0.append(outcome) } }
}

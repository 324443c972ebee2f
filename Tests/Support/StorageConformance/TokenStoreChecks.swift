import Models
import Storage

/// A store of tokens with an integration in it that failures can stop.
public protocol TokenStoreFixture: Sendable {
    /// The store.
    var store: any TokenStore { get }
    /// The integration.
    var integration: Int64 { get }
    /// How often the integration has been allowed to go on.
    func revivals() async throws -> Int
    /// Stops the integration as a failure of authorisation does, where there is something to stop.
    func stopIntegration() async throws
}

/// A rule that every store of tokens keeps. Its name is the rule.
public struct TokenStoreCheck: Sendable, CustomStringConvertible {
    /// The rule.
    public let description: String
    /// Throws where the rule is broken.
    public let run: @Sendable (any TokenStoreFixture) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any TokenStoreFixture) async throws -> Void) {
        self.description = description
        self.run = run
    }
}

extension TokenStoreFixture {
    fileprivate func sealed(_ text: String, expiresAt: Timestamp? = nil) -> SealedToken {
        SealedToken(ciphertext: Array(text.utf8), keyID: "k", expiresAt: expiresAt)
    }

    fileprivate func begin(
        after seen: TokenRecord?, hash: String? = "hash", as method: String = "way",
        for duration: Duration = .seconds(60)
    ) async throws -> RenewalClaim? {
        try await store.begin(
            integration: integration, method: method, after: seen, holder: PublicID(high: 1, low: 2), tokenHash: hash,
            for: duration)
    }

    fileprivate func token() async throws -> TokenRecord {
        guard let token = try await store.token(integration: integration) else {
            throw BrokenRule(description: "there is no token")
        }
        return token
    }

    /// A connected integration's token and a renewal of it.
    fileprivate func renewal(for duration: Duration = .seconds(60)) async throws -> RenewalClaim {
        try await store.connect(integration: integration, method: "way", sealed("one"))
        guard let claim = try await begin(after: token(), for: duration) else {
            throw BrokenRule(description: "the renewal could not begin")
        }
        return claim
    }
}

extension TokenStoreCheck {
    /// Every rule.
    public static let all: [TokenStoreCheck] = [
        TokenStoreCheck("an integration that was never connected has no token") { fixture in
            try expect(try await fixture.store.token(integration: fixture.integration) == nil, true)
        },
        TokenStoreCheck("a connection is stored with its end, and lets the integration go on") { fixture in
            try await fixture.stopIntegration()
            let end = Timestamp(seconds: 1_900_000_000)
            try await fixture.store.connect(
                integration: fixture.integration, method: "way", fixture.sealed("one", expiresAt: end))
            let token = try await fixture.token()
            try expect(token.sealed, fixture.sealed("one", expiresAt: end))
            try expect(token.method, "way")
            try expect(token.version, 1)
            try expect(token.intent, nil)
            try expect(token.grantedAt != nil, true, "the time of the grant")
            try expect(try await fixture.revivals(), 1)
        },
        TokenStoreCheck("of two who have seen the same, one renews") { fixture in
            try await fixture.store.connect(integration: fixture.integration, method: "way", fixture.sealed("one"))
            let seen = try await fixture.token()
            let first = try await fixture.begin(after: seen)
            try expect(first != nil, true, "the first")
            try expect(try await fixture.begin(after: seen) == nil, true, "the second")
            try expect(try await fixture.begin(after: try await fixture.token()) == nil, true, "one who looked again")
        },
        TokenStoreCheck("of two who have seen nothing, one asks for the first token") { fixture in
            let first = try await fixture.begin(after: nil, hash: nil)
            try expect(first != nil, true, "the first")
            try expect(try await fixture.begin(after: nil, hash: nil) == nil, true, "the second")
            let token = try await fixture.token()
            try expect(token.sealed, nil)
            try expect(token.intent, nil)
            try expect(token.version, 0)
        },
        TokenStoreCheck("the intent is there from the beginning of a renewal until its answer is stored") { fixture in
            let claim = try await fixture.renewal()
            let during = try await fixture.token()
            try expect(during.intent?.tokenHash, "hash")
            try expect(during.intent?.holder, PublicID(high: 1, low: 2))
            try expect(during.leaseUntil.map { $0 > during.readAt }, true, "the lease")
            try expect(try await fixture.store.commit(fixture.sealed("two"), claim), 2)
            let after = try await fixture.token()
            try expect(after.intent, nil)
            try expect(after.leaseUntil, nil)
            try expect(after.sealed, fixture.sealed("two"))
            try expect(after.version, 2)
        },
        TokenStoreCheck("a lease that is over can be taken, and the intent shows that somebody left it") { fixture in
            _ = try await fixture.renewal(for: .microseconds(1))
            let left = try await fixture.token()
            try expect(left.leaseUntil.map { $0 <= left.readAt }, true, "the end of the lease")
            try expect(left.intent?.tokenHash, "hash")
            try expect(try await fixture.begin(after: left) != nil, true, "the next renewal")
        },
        TokenStoreCheck("whoever was fenced off stores nothing and gives nothing up") { fixture in
            let late = try await fixture.renewal(for: .microseconds(1))
            guard let winner = try await fixture.begin(after: try await fixture.token()) else {
                throw BrokenRule(description: "the second renewal could not begin")
            }
            try expect(try await fixture.store.commit(fixture.sealed("late"), late), nil)
            try expect(try await fixture.store.giveUp(late, keepsIntent: false), false)
            try expect(try await fixture.token().intent != nil, true, "the winner's intent")
            try expect(try await fixture.store.commit(fixture.sealed("winner"), winner), 2)
            try expect(try await fixture.token().sealed, fixture.sealed("winner"))
        },
        TokenStoreCheck("a renewal that was given up leaves its intent only where it may have been sent") { fixture in
            let first = try await fixture.renewal()
            try expect(try await fixture.store.giveUp(first, keepsIntent: true), true)
            try expect(try await fixture.token().intent?.tokenHash, "hash")
            try expect(try await fixture.token().leaseUntil, nil)
            guard let second = try await fixture.begin(after: try await fixture.token()) else {
                throw BrokenRule(description: "the second renewal could not begin")
            }
            try expect(try await fixture.store.giveUp(second, keepsIntent: false), true)
            try expect(try await fixture.token().intent, nil)
            try expect(try await fixture.token().sealed, fixture.sealed("one"))
        },
        TokenStoreCheck("another way of authorisation takes the place of what is stored when it has a token of its own")
        {
            fixture in
            try expect(try await fixture.store.giveUp(try await fixture.renewal(), keepsIntent: true), true)
            guard let refused = try await fixture.begin(after: try await fixture.token(), hash: nil, as: "other") else {
                throw BrokenRule(description: "the other way could not begin")
            }
            try expect(try await fixture.token().method, "way", "under way")
            try expect(try await fixture.store.giveUp(refused, keepsIntent: false), true)
            let kept = try await fixture.token()
            try expect(kept.method, "way", "after it was refused")
            try expect(kept.sealed, fixture.sealed("one"))
            try expect(kept.intent?.tokenHash, "hash", "whether the token was sent is not known, as before")
            guard let granted = try await fixture.begin(after: kept, hash: nil, as: "other") else {
                throw BrokenRule(description: "the other way could not begin again")
            }
            try expect(try await fixture.store.commit(fixture.sealed("two"), granted), 2)
            let token = try await fixture.token()
            try expect(token.method, "other")
            try expect(token.sealed, fixture.sealed("two"))
            try expect(token.intent, nil)
        },
        TokenStoreCheck("a loss is noted once, and taken back by an answer that comes after all") { fixture in
            let claim = try await fixture.renewal(for: .microseconds(1))
            let before = try await fixture.revivals()
            let (store, integration) = (fixture.store, fixture.integration)
            try expect(try await store.markLost(integration: integration, fence: claim.fence + 1), false)
            try expect(try await store.markLost(integration: integration, fence: claim.fence), true)
            try expect(try await store.markLost(integration: integration, fence: claim.fence), false)
            try expect(try await fixture.token().lostAt != nil, true, "the loss")
            try await fixture.stopIntegration()
            try expect(try await store.commit(fixture.sealed("late"), claim), 2)
            try expect(try await fixture.token().lostAt, nil)
            try expect(try await fixture.revivals(), before + 1)
        },
        TokenStoreCheck("connecting again takes the place of a renewal under way") { fixture in
            let claim = try await fixture.renewal()
            try await fixture.store.connect(integration: fixture.integration, method: "way", fixture.sealed("new"))
            try expect(try await fixture.store.commit(fixture.sealed("old"), claim), nil)
            let token = try await fixture.token()
            try expect(token.sealed, fixture.sealed("new"))
            try expect(token.version, 2)
            try expect(token.intent, nil)
        },
        TokenStoreCheck("only a newer token takes back that an integration was stopped") { fixture in
            try await fixture.store.connect(integration: fixture.integration, method: "way", fixture.sealed("one"))
            let before = try await fixture.revivals()
            try await fixture.stopIntegration()
            let (store, integration) = (fixture.store, fixture.integration)
            try expect(try await store.revive(integration: integration, ifNewerThan: 1), false)
            try expect(try await store.revive(integration: integration, ifNewerThan: 0), true)
            try expect(try await fixture.revivals(), before + 1)
        },
    ]
}

import Models

/// A token as it is stored: sealed, with what must be known of it without opening it.
public struct SealedToken: Sendable, Hashable {
    /// The sealed bytes.
    public var ciphertext: [UInt8]
    /// The key that opens them.
    public var keyID: String
    /// When it ends; nil is as long as the provider takes it.
    public var expiresAt: Timestamp?

    /// A sealed token.
    public init(ciphertext: [UInt8], keyID: String, expiresAt: Timestamp?) {
        self.ciphertext = ciphertext
        self.keyID = keyID
        self.expiresAt = expiresAt
    }
}

/// What was committed before a refresh token was sent, as long as no answer has been stored.
public struct RenewalIntent: Sendable, Hashable {
    /// The hash of the refresh token.
    public var tokenHash: String
    /// Who was about to send it.
    public var holder: PublicID
    /// When.
    public var at: Timestamp

    /// An intent.
    public init(tokenHash: String, holder: PublicID, at: Timestamp) {
        self.tokenHash = tokenHash
        self.holder = holder
        self.at = at
    }
}

/// The token of an integration and its renewal, if one is under way or was broken off.
public struct TokenRecord: Sendable, Hashable {
    /// The way of authorisation.
    public var method: String
    /// The token; nil before the first one.
    public var sealed: SealedToken?
    /// Grows with each token.
    public var version: Int64
    /// When the token was stored.
    public var grantedAt: Timestamp?
    /// Grows with each renewal that begins.
    public var fence: Int64
    /// Until when whoever moved the fence has the renewal to itself; nil when it is over.
    public var leaseUntil: Timestamp?
    /// The refresh token that was sent, or was about to be, without an answer that was stored.
    public var intent: RenewalIntent?
    /// When the answer was found to be lost for good.
    public var lostAt: Timestamp?
    /// The store's time when this was read: leases are judged by it, whatever the reader's clock shows.
    public var readAt: Timestamp

    /// A record.
    public init(
        method: String, sealed: SealedToken?, version: Int64, grantedAt: Timestamp?, fence: Int64,
        leaseUntil: Timestamp?, intent: RenewalIntent?, lostAt: Timestamp?, readAt: Timestamp
    ) {
        self.method = method
        self.sealed = sealed
        self.version = version
        self.grantedAt = grantedAt
        self.fence = fence
        self.leaseUntil = leaseUntil
        self.intent = intent
        self.lostAt = lostAt
        self.readAt = readAt
    }
}

/// A renewal that whoever holds it may carry out.
public struct RenewalClaim: Sendable, Hashable {
    /// Whose token it is.
    public var integration: Int64
    /// The way of authorisation that the answer will be of.
    public var method: String
    /// The fence under which its answer is stored.
    public var fence: Int64
    /// The store's time when it began.
    public var begunAt: Timestamp

    /// A claim.
    public init(integration: Int64, method: String, fence: Int64, begunAt: Timestamp) {
        self.integration = integration
        self.method = method
        self.fence = fence
        self.begunAt = begunAt
    }
}

/// Tokens, with one renewal at a time for each.
public protocol TokenStore: Sendable {
    /// The token of an integration; nil if it never had one.
    func token(integration: Int64) async throws -> TokenRecord?

    /// Takes the renewal of what `seen` says for `duration` and commits the intent to send the refresh token of
    /// `tokenHash` (nil: nothing that is used up is sent). What is stored of another way of authorisation than `method`
    /// stays as it is until there is an answer. Nil if somebody else was faster.
    func begin(
        integration: Int64, method: String, after seen: TokenRecord?, holder: PublicID, tokenHash: String?,
        for duration: Duration
    ) async throws -> RenewalClaim?

    /// Stores the answer and ends the renewal; an integration that was stopped meanwhile because the answer seemed lost
    /// runs again. Nil if somebody else has begun a renewal since; else the token's version.
    func commit(_ token: SealedToken, _ claim: RenewalClaim) async throws -> Int64?

    /// Ends a renewal without a token. The intent is kept where the refresh token may have been used. False if somebody
    /// else has begun a renewal since.
    @discardableResult
    func giveUp(_ claim: RenewalClaim, keepsIntent: Bool) async throws -> Bool

    /// Notes that the answer to the intent under `fence` is lost. True for the first to note it.
    func markLost(integration: Int64, fence: Int64) async throws -> Bool

    /// Stores the token of a new connection in place of whatever there is: what was stopped for want of authorisation
    /// goes on.
    func connect(integration: Int64, method: String, _ token: SealedToken) async throws

    /// Lets an integration go on that was stopped although its token is newer than `version`: whoever stopped it did not
    /// know yet. True where it did.
    func revive(integration: Int64, ifNewerThan version: Int64) async throws -> Bool
}

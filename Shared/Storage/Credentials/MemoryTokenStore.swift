import Models

/// Tokens in memory, for tests and for whoever has no database.
public actor MemoryTokenStore: TokenStore {
    private let clock: any WallClock
    private var records: [Int64: TokenRecord] = [:]
    /// The integrations that were allowed to go on, in order.
    public private(set) var revived: [Int64] = []

    /// An empty store whose time is `clock`'s.
    public init(clock: any WallClock) { self.clock = clock }

    /// The token of an integration; nil if it never had one.
    public func token(integration: Int64) -> TokenRecord? {
        guard var record = records[integration] else { return nil }
        record.readAt = clock.now
        return record
    }

    /// Takes a renewal and notes its intent; nil if somebody else was faster.
    public func begin(
        integration: Int64, method: String, after seen: TokenRecord?, holder: PublicID, tokenHash: String?,
        for duration: Duration
    ) -> RenewalClaim? {
        let now = clock.now
        var record: TokenRecord
        if let stored = records[integration] {
            guard let seen, seen.fence == stored.fence, seen.version == stored.version,
                stored.leaseUntil.map({ $0 <= now }) ?? true
            else { return nil }
            record = stored
        } else {
            guard seen == nil else { return nil }
            record = TokenRecord(
                method: method, sealed: nil, version: 0, grantedAt: nil, fence: 0, leaseUntil: nil, intent: nil,
                lostAt: nil, readAt: now)
        }
        record.fence += 1
        record.leaseUntil = now + duration
        if record.method == method {
            record.intent = tokenHash.map { RenewalIntent(tokenHash: $0, holder: holder, at: now) }
        }
        records[integration] = record
        return RenewalClaim(integration: integration, method: method, fence: record.fence, begunAt: now)
    }

    /// Stores the answer under the claim's fence; nil if somebody else has begun a renewal since.
    public func commit(_ token: SealedToken, _ claim: RenewalClaim) -> Int64? {
        guard var record = records[claim.integration], record.fence == claim.fence else { return nil }
        if record.lostAt != nil { revived.append(claim.integration) }
        record.method = claim.method
        record.sealed = token
        record.version += 1
        record.grantedAt = clock.now
        record.leaseUntil = nil
        record.intent = nil
        record.lostAt = nil
        records[claim.integration] = record
        return record.version
    }

    /// Ends a renewal without a token.
    @discardableResult
    public func giveUp(_ claim: RenewalClaim, keepsIntent: Bool) -> Bool {
        guard var record = records[claim.integration], record.fence == claim.fence else { return false }
        record.leaseUntil = nil
        if !keepsIntent, record.method == claim.method { record.intent = nil }
        records[claim.integration] = record
        return true
    }

    /// Notes that an answer is lost; true for the first to note it.
    public func markLost(integration: Int64, fence: Int64) -> Bool {
        guard let record = records[integration], record.fence == fence, record.intent != nil, record.lostAt == nil
        else { return false }
        records[integration]?.lostAt = clock.now
        return true
    }

    /// Stores the token of a new connection.
    public func connect(integration: Int64, method: String, _ token: SealedToken) {
        let before = records[integration]
        records[integration] = TokenRecord(
            method: method, sealed: token, version: (before?.version ?? 0) + 1, grantedAt: clock.now,
            fence: (before?.fence ?? 0) + 1, leaseUntil: nil, intent: nil, lostAt: nil, readAt: clock.now)
        revived.append(integration)
    }

    /// Lets an integration go on whose token is newer than `version`.
    public func revive(integration: Int64, ifNewerThan version: Int64) -> Bool {
        guard let record = records[integration], record.version > version, record.lostAt == nil else { return false }
        revived.append(integration)
        return true
    }
}

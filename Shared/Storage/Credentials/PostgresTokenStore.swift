import Models
import Postgres

/// Tokens in Postgres, whose clock judges leases. Needs the role of the retriever or the keeper.
public struct PostgresTokenStore: TokenStore {
    private let database: any PostgresDatabase

    /// A store in `database`.
    public init(database: any PostgresDatabase) { self.database = database }

    /// The token of an integration; nil if it never had one.
    public func token(integration: Int64) async throws -> TokenRecord? {
        let result = try await database.query(
            """
            select method, ciphertext, key_id, version, granted_at, expires_at, fence, lease_until, intent_hash, intent_at,
              intent_holder, lost_at, clock_timestamp() as read_at
            from tributary.tokens where integration_id = $1
            """, [.int(integration)])
        return try result.rows.first.map { row in
            var sealed: SealedToken?
            if let ciphertext = try row.bytesIfPresent("ciphertext") {
                sealed = SealedToken(
                    ciphertext: ciphertext, keyID: try row.text("key_id"),
                    expiresAt: try row.timestampIfPresent("expires_at"))
            }
            var intent: RenewalIntent?
            if let hash = try row.textIfPresent("intent_hash") {
                intent = RenewalIntent(
                    tokenHash: hash, holder: try row.uuid("intent_holder"), at: try row.timestamp("intent_at"))
            }
            return TokenRecord(
                method: try row.text("method"), sealed: sealed, version: try row.int("version"),
                grantedAt: try row.timestampIfPresent("granted_at"), fence: try row.int("fence"),
                leaseUntil: try row.timestampIfPresent("lease_until"), intent: intent,
                lostAt: try row.timestampIfPresent("lost_at"), readAt: try row.timestamp("read_at"))
        }
    }

    /// Takes a renewal and commits its intent in one statement; nil if somebody else was faster.
    public func begin(
        integration: Int64, method: String, after seen: TokenRecord?, holder: PublicID, tokenHash: String?,
        for duration: Duration
    ) async throws -> RenewalClaim? {
        let hash: PostgresValue = tokenHash.map { .text($0) } ?? .null
        let result: PostgresResult
        if let seen {
            result = try await database.query(
                """
                update tributary.tokens set fence = fence + 1, holder = $3,
                  lease_until = clock_timestamp() + $4::interval,
                  intent_hash = case when method = $2 then $5::text else intent_hash end,
                  intent_at = case when method <> $2 then intent_at when $5::text is not null then clock_timestamp() end,
                  intent_holder = case when method <> $2 then intent_holder when $5::text is not null then $3 end
                where integration_id = $1 and fence = $6 and version = $7
                  and (lease_until is null or lease_until <= clock_timestamp())
                returning fence, clock_timestamp() as begun_at
                """,
                [
                    .int(integration), .text(method), .uuid(holder), .interval(duration), hash, .int(seen.fence),
                    .int(seen.version),
                ])
        } else {
            result = try await database.query(
                """
                insert into tributary.tokens (integration_id, method, fence, holder, lease_until, intent_hash, intent_at,
                  intent_holder)
                values ($1, $2, 1, $3, clock_timestamp() + $4::interval, $5::text,
                  case when $5::text is not null then clock_timestamp() end, case when $5::text is not null then $3 end)
                on conflict (integration_id) do nothing
                returning fence, clock_timestamp() as begun_at
                """, [.int(integration), .text(method), .uuid(holder), .interval(duration), hash])
        }
        return try result.rows.first.map { row in
            RenewalClaim(
                integration: integration, method: method, fence: try row.int("fence"),
                begunAt: try row.timestamp("begun_at"))
        }
    }

    /// Stores the answer under the claim's fence; nil if somebody else has begun a renewal since.
    public func commit(_ token: SealedToken, _ claim: RenewalClaim) async throws -> Int64? {
        try await database.transaction { session in
            let result = try await session.query(
                """
                update tributary.tokens t set method = $6, ciphertext = $3, key_id = $4, expires_at = $5,
                  version = t.version + 1, granted_at = clock_timestamp(), holder = null, lease_until = null, intent_hash = null,
                  intent_at = null, intent_holder = null, lost_at = null
                from (
                  select integration_id, lost_at is not null as was_lost from tributary.tokens
                  where integration_id = $1 and fence = $2 for update) before
                where t.integration_id = before.integration_id returning t.version, before.was_lost
                """,
                [
                    .int(claim.integration), .int(claim.fence), .bytes(token.ciphertext[...]), .text(token.keyID),
                    token.expiresAt.map { .timestamp($0) } ?? .null, .text(claim.method),
                ])
            guard let row = result.rows.first else { return nil }
            if try row.bool("was_lost") {
                // Whoever gave it up for lost may have stopped the integration; here is the answer after all.
                try await session.query(
                    "select tributary.revive_integration($1)::text", [.int(claim.integration)])
            }
            return try row.int("version")
        }
    }

    /// Ends a renewal without a token.
    @discardableResult
    public func giveUp(_ claim: RenewalClaim, keepsIntent: Bool) async throws -> Bool {
        try await database.query(
            """
            update tributary.tokens set holder = null, lease_until = null,
              intent_hash = case when $3 or method <> $4 then intent_hash end,
              intent_at = case when $3 or method <> $4 then intent_at end,
              intent_holder = case when $3 or method <> $4 then intent_holder end
            where integration_id = $1 and fence = $2
            """, [.int(claim.integration), .int(claim.fence), .bool(keepsIntent), .text(claim.method)]
        ).affected == 1
    }

    /// Notes that an answer is lost; true for the first to note it.
    public func markLost(integration: Int64, fence: Int64) async throws -> Bool {
        try await database.query(
            """
            update tributary.tokens set lost_at = clock_timestamp()
            where integration_id = $1 and fence = $2 and intent_hash is not null and lost_at is null
            """, [.int(integration), .int(fence)]
        ).affected == 1
    }

    /// Stores the token of a new connection.
    public func connect(integration: Int64, method: String, _ token: SealedToken) async throws {
        try await database.transaction { session in
            try await session.query(
                """
                insert into tributary.tokens as t (integration_id, method, ciphertext, key_id, expires_at, version, fence,
                  granted_at, connected_at)
                values ($1, $2, $3, $4, $5, 1, 1, clock_timestamp(), clock_timestamp())
                on conflict (integration_id) do update set method = $2, ciphertext = $3, key_id = $4, expires_at = $5,
                  version = t.version + 1, fence = t.fence + 1, granted_at = clock_timestamp(),
                  connected_at = clock_timestamp(), holder = null, lease_until = null, intent_hash = null,
                  intent_at = null, intent_holder = null, lost_at = null
                """,
                [
                    .int(integration), .text(method), .bytes(token.ciphertext[...]), .text(token.keyID),
                    token.expiresAt.map { .timestamp($0) } ?? .null,
                ])
            try await session.query("select tributary.revive_integration($1)::text", [.int(integration)])
        }
    }

    /// Lets an integration go on whose token is newer than `version`.
    public func revive(integration: Int64, ifNewerThan version: Int64) async throws -> Bool {
        try await !database.query(
            """
            select tributary.revive_integration(integration_id)::text from tributary.tokens
            where integration_id = $1 and version > $2 and lost_at is null
            """, [.int(integration), .int(version)]
        ).rows.isEmpty
    }
}

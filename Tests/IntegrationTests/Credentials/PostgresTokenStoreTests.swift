import Models
import Postgres
import PostgresHarness
import Storage
import StorageConformance
import Testing

/// Tokens in a real database, as the retriever, with an integration that is stopped and goes on.
private struct PostgresFixture: TokenStoreFixture {
    let admin: PostgresPool
    let store: any TokenStore
    let integration: Int64

    init(_ database: TestDatabase) async throws {
        admin = database.pool()
        _ = try await MigrationRunner(database.settings).run()
        store = PostgresTokenStore(database: database.pool(as: "tributary_retriever"))
        integration = try await SealedIntegration.make(in: admin)
        try await admin.query("create table public.revivals (at timestamptz)")
        // Counted where it takes effect, so that a revival that changes nothing is none.
        try await admin.query(
            """
            create function count_revival() returns trigger language plpgsql security definer as $$
            begin insert into public.revivals values (now()); return new; end $$
            """)
        try await admin.query(
            """
            create trigger revived after update of runnable on tributary.object_state
            for each row when (new.runnable) execute function count_revival()
            """)
    }

    func revivals() async throws -> Int {
        Int(try await admin.query("select count(*) as n from public.revivals").rows.first?.int("n") ?? 0)
    }

    func stopIntegration() async throws {
        try await admin.query(
            "update tributary.integrations set disabled_class = 'authorization', disabled_at = now() where id = $1",
            [.int(integration)])
        try await admin.query("update tributary.object_state set runnable = false")
        try await admin.query(
            """
            insert into tributary.alerts (integration_id, audience, class, cause)
            values ($1, 'customer', 'authorization', 'x') on conflict do nothing
            """, [.int(integration)])
    }
}

/// An integration with an object in a database.
enum SealedIntegration {
    static func make(in admin: PostgresPool) async throws -> Int64 {
        try await admin.query(
            """
            insert into tributary.customers (public_id, key, name) values (gen_random_uuid(), 'c', 'C') on conflict do nothing
            """)
        let result = try await admin.query(
            """
            with integration as (
              insert into tributary.integrations (public_id, customer_id, key, provider)
              select gen_random_uuid(), id, 'i' || (select count(*) from tributary.integrations), 'p' from tributary.customers
              returning id, customer_id
            ), object as (
              insert into tributary.integration_objects (public_id, integration_id, customer_id, provider, object, interaction_type)
              select gen_random_uuid(), id, customer_id, 'p', 'things', 'things' from integration returning id, customer_id
            ), state as (
              insert into tributary.object_state (object_id, customer_id, provider) select id, customer_id, 'p' from object
            )
            select id from integration
            """)
        return try #require(result.rows.first).int("id")
    }
}

@Suite struct PostgresTokenStoreTests {
    @Test(arguments: TokenStoreCheck.all) func keepsTheRule(check: TokenStoreCheck) async throws {
        try await withTestDatabase { try await check.run(try await PostgresFixture($0)) }
    }

    @Test func `a connection resolves the alert and wakes what was stopped, and leaves alone what people disabled`()
        async throws
    {
        try await withTestDatabase { database in
            let fixture = try await PostgresFixture(database)
            try await fixture.stopIntegration()
            let keeper = PostgresTokenStore(database: database.pool(as: "tributary_keeper"))
            let token = SealedToken(ciphertext: [1], keyID: "k", expiresAt: nil)
            try await keeper.connect(integration: fixture.integration, method: "way", token)
            let state = try await fixture.admin.query(
                """
                select i.disabled_class is null and s.runnable and s.next_due_at <= clock_timestamp() and a.resolved_at is not null
                  as good
                from tributary.integrations i, tributary.object_state s, tributary.alerts a
                """)
            #expect(try state.rows.first?.bool("good") == true)
            try await fixture.stopIntegration()
            try await fixture.admin.query("update tributary.integration_objects set enabled = false")
            try await keeper.connect(integration: fixture.integration, method: "way", token)
            let off = try await fixture.admin.query("select runnable from tributary.object_state")
            #expect(try off.rows.first?.bool("runnable") == false)
        }
    }

    @Test func `fifty who race for a renewal get one claim among them`() async throws {
        try await withTestDatabase { database in
            let fixture = try await PostgresFixture(database)
            let token = SealedToken(ciphertext: [1], keyID: "k", expiresAt: nil)
            try await fixture.store.connect(integration: fixture.integration, method: "way", token)
            let seen = try await fixture.store.token(integration: fixture.integration)
            let claims = try await withThrowingTaskGroup(of: RenewalClaim?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await fixture.store.begin(
                            integration: fixture.integration, method: "way", after: seen,
                            holder: PublicID(high: 1, low: UInt64(number)), tokenHash: "h", for: .seconds(60))
                    }
                }
                return try await group.reduce(into: [RenewalClaim]()) { if let claim = $1 { $0.append(claim) } }
            }
            #expect(claims.count == 1)
        }
    }
}

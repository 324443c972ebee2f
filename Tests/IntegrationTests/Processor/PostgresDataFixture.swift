import Models
import Postgres
import PostgresHarness
import Processor
import ProcessorConformance
import Storage

/// The data tables in a database of the test's own, connected as the processor's role.
struct PostgresDataFixture: DataStoreFixture {
    let pool: PostgresPool
    let admin: PostgresPool
    var store: any DataStore { PostgresDataStore(pool) }
    var publications: any PublicationStore { PostgresPublicationStore(pool) }

    /// Makes the database with the test's objects in it and runs `body`.
    static func with(_ body: @Sendable (PostgresDataFixture) async throws -> Void) async throws {
        try await withTestDatabase { database in
            let admin = database.pool(connections: 2)
            _ = try await MigrationRunner(database.settings).run { _ in }
            let pool = database.pool(connections: 4, as: "tributary_processor")
            let fixture = PostgresDataFixture(pool: pool, admin: admin)
            try await fixture.addObjects()
            do {
                try await body(fixture)
            } catch {
                await pool.close()
                await admin.close()
                throw error
            }
            await pool.close()
            await admin.close()
        }
    }

    private func addObjects() async throws {
        for object in TestObjects.all {
            try await admin.query(
                """
                insert into tributary.customers (id, public_id, key, name) overriding system value
                values ($1, $2, 'c' || $1::text, 'c') on conflict do nothing
                """, [.int(object.customerID), .uuid(object.source.customer)])
            try await admin.query(
                """
                insert into tributary.integrations (id, public_id, customer_id, key, provider) overriding system value
                values ($1, $2, $3, 'i' || $1::text, 'test') on conflict do nothing
                """,
                [.int(object.integrationID), .uuid(object.source.integration), .int(object.customerID)])
            try await admin.query(
                """
                insert into tributary.integration_objects
                  (id, public_id, integration_id, customer_id, provider, object, interaction_type)
                overriding system value values ($1, $2, $3, $4, 'test', 'o' || $1::text, $5)
                """,
                [
                    .int(object.id), .uuid(object.source.object), .int(object.integrationID), .int(object.customerID),
                    .text(object.type.name),
                ])
        }
        for (hash, body) in TestObjects.definitions {
            try await admin.query(
                "insert into tributary.definitions (hash, provider, object, body) values ($1, 'test', 'test', $2)",
                [.text(hash), .json(body[...])])
        }
    }

    func declare(_ page: DeclaredPage) async throws {
        try await admin.query(
            """
            insert into tributary.pages (object_id, run, page, attempt, customer_id, expected, stored)
            values ($1, $2, $3, $4, 1, $5, repeat('0', $5::integer)::bit varying)
            on conflict (object_id, run, page) do update set attempt = excluded.attempt, stored = excluded.stored
            """,
            [
                .int(page.key.objectID), .int(page.key.run), .int(Int64(page.key.page)), .int(Int64(page.attempt)),
                .int(Int64(page.expected)),
            ])
    }

    func sendBarrier(_ id: Int64, partition: Int32) async throws {
        try await admin.query(
            "insert into tributary.barriers (id, topic, partition) values ($1, 't', $2)",
            [.int(id), .int(Int64(partition))])
    }

    func forgetPages() async throws { try await admin.query("delete from tributary.pages") }

    func requestRemapping(objectID: Int64, definition: String) async throws {
        try await admin.query(
            "insert into tributary.remap_requests (object_id, definition) values ($1, $2)",
            [.int(objectID), .text(definition)])
    }

    func page(_ key: PageKey) async throws -> PageFacts? {
        try await admin.query(
            """
            select stored::text as bits, stored_count, unchanged_count, rejected_count from tributary.pages
            where object_id = $1 and run = $2 and page = $3
            """, [.int(key.objectID), .int(key.run), .int(Int64(key.page))]
        ).rows.first.map { row in
            PageFacts(
                bits: try row.text("bits"), stored: Int(try row.int("stored_count")),
                unchanged: Int(try row.int("unchanged_count")), rejected: Int(try row.int("rejected_count")))
        }
    }

    func entities(_ role: EntityRole) async throws -> [EntityFacts] {
        let link =
            role == .contact ? "account_id, account_rule::text" : "null::uuid as account_id, null::text as account_rule"
        return try await admin.query(
            """
            select id, name, source_external_id, deleted_at is not null as gone, revision, \(link)
            from tributary.\(role.type.name) order by id
            """
        ).rows.map { row in
            EntityFacts(
                id: try row.uuid("id"), name: try row.textIfPresent("name"),
                source: try row.text("source_external_id"), isDeleted: try row.bool("gone"),
                revision: try row.int("revision"), account: try row.uuidIfPresent("account_id"),
                accountRule: try row.textIfPresent("account_rule"))
        }
    }

    func records(_ type: InteractionType) async throws -> [RecordFacts] {
        try await admin.query(
            """
            select object_id, external_id, title, deleted_at is not null as gone, account_id, contact_id
            from tributary.\(type.name) order by object_id, external_id
            """
        ).rows.map { row in
            RecordFacts(
                key: InteractionKey(objectID: try row.int("object_id"), externalID: try row.text("external_id")),
                title: try row.textIfPresent("title"), isDeleted: try row.bool("gone"),
                account: try row.uuidIfPresent("account_id"), contact: try row.uuidIfPresent("contact_id"))
        }
    }

    func matches() async throws -> [MatchFacts] {
        try await admin.query(
            "select role::text, object_id, external_id, entity_id, rule::text, evidence from tributary.matches"
        ).rows.compactMap { row in
            guard let role = EntityRole(rawValue: try row.text("role")) else { return nil }
            return MatchFacts(
                role: role,
                interaction: InteractionKey(
                    objectID: try row.int("object_id"), externalID: try row.text("external_id")),
                entity: try row.uuid("entity_id"), rule: try row.text("rule"),
                evidence: try row.textIfPresent("evidence"))
        }
    }

    func passedBarriers() async throws -> Set<String> {
        Set(
            try await admin.query(
                "select id || '/' || partition as name from tributary.barriers where passed_at is not null"
            ).rows.map { try $0.text("name") })
    }
}

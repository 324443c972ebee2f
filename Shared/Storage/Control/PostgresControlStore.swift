import Models
import Postgres

/// Customers, integrations and objects in Postgres.
public struct PostgresControlStore: ControlStore {
    private let database: any PostgresDatabase

    /// A store in `database`, as the operator's role.
    public init(database: any PostgresDatabase) { self.database = database }

    /// The row and the public id of an integration; nil before it is applied.
    public func integration(customer: String, key: String) async throws -> (id: Int64, publicID: PublicID)? {
        let result = try await database.query(
            """
            select i.id, i.public_id from tributary.integrations i join tributary.customers c on c.id = i.customer_id
            where c.key = $1 and i.key = $2
            """, [.text(customer), .text(key)])
        return try result.rows.first.map { (try $0.int("id"), try $0.uuid("public_id")) }
    }

    /// Lets an integration go on from where it was, whatever had stopped it or paused its objects.
    public func enable(integration: Int64) async throws {
        try await database.query("select tributary.revive_integration($1)::text", [.int(integration)])
    }

    /// Makes the database what `customers` say. What they do not mention stays.
    public func apply(
        _ customers: [CustomerSpecification], now: Timestamp, pace: @Sendable (PacedObject) -> ObjectPace?
    ) async throws -> ApplyReport {
        try await database.transaction { session in
            var report = ApplyReport()
            let before = try await Self.paces(of: customers.map(\.key), session)
            for customer in customers {
                let id = try await apply(customer, now, session, &report)
                for integration in customer.integrations { try await apply(integration, of: id, now, session, &report) }
                try await Self.resolvePaces(of: id, session, pace)
            }
            try await Self.reschedule(before, session)
            try await Self.settle(session)
            return report
        }
    }

    private func apply(
        _ customer: CustomerSpecification, _ now: Timestamp, _ session: any PostgresSession, _ report: inout ApplyReport
    ) async throws -> Int64 {
        let result = try await session.query(
            """
            with before as (select id, name, weight, max_runs, alert_email from tributary.customers where key = $2),
            saved as (
              insert into tributary.customers as c (public_id, key, name, weight, max_runs, alert_email)
              values ($1, $2, coalesce($3, $2), $4, $5::bigint, $6::text)
              on conflict (key) do update set name = coalesce($3, c.name), weight = $4, max_runs = $5::bigint,
                alert_email = $6::text
              returning id, name, weight, max_runs, alert_email)
            select s.id, case when b.id is null then 'created'
              when (b.name, b.weight, b.max_runs, b.alert_email)
                is distinct from (s.name, s.weight, s.max_runs, s.alert_email) then 'changed'
              else 'unchanged' end as outcome
            from saved s left join before b on b.id = s.id
            """,
            [
                .uuid(PublicID(now: now)), .text(customer.key), customer.name.map { .text($0) } ?? .null,
                .double(customer.weight), customer.maxRuns.map { .int(Int64($0)) } ?? .null,
                customer.alertEmail.map { .text($0) } ?? .null,
            ])
        guard let row = result.rows.first else { throw Failure(.internalFault, "the customer was not stored") }
        report.count(try row.text("outcome"))
        let id = try row.int("id")
        for (subject, pace) in customer.paces.sorted(by: { $0.key < $1.key }) {
            let parts = subject.split(separator: "/", maxSplits: 1).map(String.init)
            try await session.query(
                """
                insert into tributary.customer_schedules (customer_id, provider, object, every)
                values ($1, $2, $3, $4::interval) on conflict (customer_id, provider, object) do update set every = excluded.every
                """,
                [
                    .int(id), .text(parts.first ?? ""), .text(parts.count > 1 ? parts[1] : ""), .interval(pace),
                ])
        }
        for (provider, patch) in customer.overrides.sorted(by: { $0.key < $1.key }) {
            try await Self.override(patch, provider: provider, customer: id, session: session)
        }
        return id
    }

    private func apply(
        _ integration: IntegrationSpecification, of customer: Int64, _ now: Timestamp, _ session: any PostgresSession,
        _ report: inout ApplyReport
    ) async throws {
        let result = try await session.query(
            """
            with before as (
              select id, provider, settings::text as settings, enabled from tributary.integrations
              where customer_id = $2 and key = $3),
            saved as (
              insert into tributary.integrations as i (public_id, customer_id, key, provider, settings, enabled)
              values ($1, $2, $3, $4, $5::json, $6)
              on conflict (customer_id, key) do update set settings = excluded.settings, enabled = excluded.enabled
              returning id, public_id, provider, settings::text as settings, enabled)
            select s.id, s.public_id, s.provider, case when b.id is null then 'created'
              when (b.settings, b.enabled) is distinct from (s.settings, s.enabled) then 'changed' else 'unchanged' end as outcome
            from saved s left join before b on b.id = s.id
            """,
            [
                .uuid(PublicID(now: now)), .int(customer), .text(integration.key), .text(integration.provider),
                .json(integration.settings[...]), .bool(integration.enabled),
            ])
        guard let row = result.rows.first else { throw Failure(.internalFault, "the integration was not stored") }
        let provider = try row.text("provider")
        guard provider == integration.provider else {
            throw Failure(
                .configuration,
                "the integration \(integration.key) is one of \(provider), not of \(integration.provider)",
                advice: "give the new integration another key")
        }
        report.count(try row.text("outcome"))
        let id = try row.int("id")
        if let patch = integration.override {
            try await Self.override(patch, provider: nil, integration: id, session: session)
        }
        for object in integration.objects {
            report.count(try await Self.apply(object, of: id, customer, provider, now, session))
        }
        if let seal = integration.credential {
            try await Self.store(try seal(try row.uuid("public_id")), integration: id, session)
        }
    }

    private static func store(
        _ credential: StoredCredential, integration: Int64, _ session: any PostgresSession
    ) async throws {
        try await session.query(
            """
            insert into tributary.credentials as c (integration_id, ciphertext, key_id) values ($1, $2, $3)
            on conflict (integration_id) do update set ciphertext = $2, key_id = $3,
              version = c.version + 1, updated_at = now()
            """, [.int(integration), .bytes(credential.ciphertext[...]), .text(credential.keyID)])
        try await session.query("select tributary.revive_integration($1)::text", [.int(integration)])
    }

    private static func apply(
        _ object: ObjectSpecification, of integration: Int64, _ customer: Int64, _ provider: String, _ now: Timestamp,
        _ session: any PostgresSession
    ) async throws -> String {
        let result = try await session.query(
            """
            with before as (
              select id, every, enabled, interaction_type from tributary.integration_objects
              where integration_id = $2 and object = $5),
            saved as (
              insert into tributary.integration_objects as o
                (public_id, integration_id, customer_id, provider, object, interaction_type, every, enabled)
              values ($1, $2, $3, $4, $5, $6, $7::interval, $8)
              on conflict (integration_id, object) do update set
                every = excluded.every, enabled = excluded.enabled, interaction_type = excluded.interaction_type
              returning id, every, enabled, interaction_type)
            select s.id, case when b.id is null then 'created'
              when (b.every, b.enabled, b.interaction_type) is distinct from (s.every, s.enabled, s.interaction_type)
              then 'changed' else 'unchanged' end as outcome
            from saved s left join before b on b.id = s.id
            """,
            [
                .uuid(PublicID(now: now)), .int(integration), .int(customer), .text(provider), .text(object.object),
                .text(object.type.name), object.every.map { .interval($0) } ?? .null, .bool(object.enabled),
            ])
        guard let row = result.rows.first else { throw Failure(.internalFault, "the object was not stored") }
        let id = try row.int("id")
        // A new object is due at once; one whose pace changed is due no later than the new pace says.
        try await session.query(
            """
            insert into tributary.object_state as s (object_id, customer_id, provider) values ($1, $2, $3)
            on conflict (object_id) do update set next_due_at =
              least(s.next_due_at, coalesce(s.last_synced_at, now()) + tributary.pace(s.object_id))
            """, [.int(id), .int(customer), .text(provider)])
        if let patch = object.override { try await override(patch, provider: nil, object: id, session: session) }
        return try row.text("outcome")
    }

    private static func override(
        _ patch: [UInt8], provider: String?, customer: Int64? = nil, integration: Int64? = nil, object: Int64? = nil,
        session: any PostgresSession
    ) async throws {
        try await session.query(
            """
            insert into tributary.overrides (provider, customer_id, integration_id, object_id, patch)
            values ($1, $2::bigint, $3::bigint, $4::bigint, $5::json)
            on conflict (provider, object, customer_id, integration_id, object_id) do update set patch = excluded.patch
            """,
            [
                provider.map { .text($0) } ?? .null, customer.map { .int($0) } ?? .null,
                integration.map { .int($0) } ?? .null, object.map { .int($0) } ?? .null, .json(patch[...]),
            ])
    }

    /// Lets `runnable` follow what people want and what failures have stopped. Applying is how a person says that a
    /// paused object may be tried again.
    private static func settle(_ session: any PostgresSession) async throws {
        try await session.query(
            """
            update tributary.object_state s set runnable = w.runnable
            from tributary.integration_objects o join tributary.integrations i on i.id = o.integration_id,
            -- Of an integration that was stopped for repeated failure one object goes on, the probe.
            lateral (select o.enabled and i.enabled and (i.disabled_class is null
              or (i.disabled_class = 'repeated' and exists (
                select 1 from tributary.object_state p where p.object_id = o.id and p.runnable))) as runnable) w
            where o.id = s.object_id and s.runnable is distinct from w.runnable
            """)
    }
}

import Models
import Postgres

extension PostgresDataSession {
    func matches(_ role: EntityRole, _ references: [ExternalReference]) async throws -> [StoredMatch] {
        guard !references.isEmpty else { return [] }
        return try await session.query(
            """
            select t.integration_id, t.external_id, m.object_id, m.entity_id, m.live
            from unnest($1::bigint[], $2::text[]) as t (integration_id, external_id)
            cross join lateral (
              select object_id, entity_id, live from tributary.matches m
              where m.integration_id = t.integration_id and m.role = $3::text::tributary.entity_role
                and m.external_id = t.external_id offset 0) m
            """,
            [
                .intArray(references.map(\.integrationID)), .textArray(references.map(\.externalID)),
                .text(role.rawValue),
            ]
        ).rows.map { row in
            StoredMatch(
                reference: ExternalReference(
                    integrationID: try row.int("integration_id"), externalID: try row.text("external_id")),
                objectID: try row.int("object_id"), entity: try row.uuid("entity_id"), isLive: try row.bool("live"))
        }
    }

    func identities(_ keys: [IdentityKey]) async throws -> [StoredIdentity] {
        var found: [StoredIdentity] = []
        for kind in IdentityKind.allCases {
            let keys = keys.filter { $0.kind == kind }
            guard !keys.isEmpty else { continue }
            let rows = try await session.query(
                """
                select t.customer_id, t.value, i.entity_id, i.domain
                from unnest($1::bigint[], $2::text[]) as t (customer_id, value)
                cross join lateral (
                  select entity_id, domain from tributary.identities i
                  where i.customer_id = t.customer_id and i.kind = '\(kind.rawValue)' and i.value = t.value
                  offset 0) i
                """,
                [.intArray(keys.map(\.customerID)), .textArray(keys.map(\.value))]
            ).rows
            for row in rows {
                found.append(
                    StoredIdentity(
                        key: IdentityKey(
                            customerID: try row.int("customer_id"), kind: kind, value: try row.text("value")),
                        entity: try row.uuid("entity_id"), domain: try row.textIfPresent("domain")))
            }
        }
        return found
    }

    func insert(_ matches: [MatchRow]) async throws {
        guard !matches.isEmpty else { return }
        var rows = CopyRows(columns: 9, estimatedSize: matches.count * 192)
        for match in matches {
            rows.row()
            rows.add(match.source.integrationID)
            rows.add(match.source.interaction.objectID)
            rows.add(match.customerID)
            rows.add(match.entity)
            try rows.add(match.source.role.rawValue)
            try rows.add(match.rule.rawValue)
            rows.add(true)
            try rows.add(match.source.interaction.externalID)
            try rows.add(match.evidence)
        }
        try await session.copy(
            """
            copy tributary.matches
              (integration_id, object_id, customer_id, entity_id, role, rule, live, external_id, evidence)
            from stdin (format binary)
            """, rows)
    }

    func setLive(_ isLive: Bool, _ sources: [SourceKey]) async throws {
        guard !sources.isEmpty else { return }
        try await session.query(
            """
            update tributary.matches m set live = $5
            from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
              as t (integration_id, role, external_id, object_id)
            where m.integration_id = t.integration_id and m.role = t.role::tributary.entity_role
              and m.external_id = t.external_id and m.object_id = t.object_id
            """,
            [
                .intArray(sources.map(\.integrationID)), .textArray(sources.map(\.role.rawValue)),
                .textArray(sources.map(\.interaction.externalID)), .intArray(sources.map(\.interaction.objectID)),
                .bool(isLive),
            ])
    }

    func insert(_ identities: [StoredIdentity]) async throws {
        guard !identities.isEmpty else { return }
        let sorted = identities.sorted { $0.key < $1.key }
        // Nobody else can have added one: the caller looked under the lock of the role. (An insert that has to look for
        // conflicts costs twice as much.)
        var rows = CopyRows(columns: 5, estimatedSize: sorted.count * 128)
        for identity in sorted {
            rows.row()
            rows.add(identity.key.customerID)
            rows.add(identity.entity)
            try rows.add(identity.key.kind.rawValue)
            try rows.add(identity.key.value)
            try rows.add(identity.domain)
        }
        try await session.copy(
            "copy tributary.identities (customer_id, entity_id, kind, value, domain) from stdin (format binary)", rows)
    }

    func setDomains(_ names: [StoredIdentity]) async throws {
        guard !names.isEmpty else { return }
        try await session.query(
            """
            update tributary.identities i set domain = t.domain
            from unnest($1::bigint[], $2::text[], $3::text[]) as t (customer_id, value, domain)
            where i.customer_id = t.customer_id and i.kind = 'name' and i.value = t.value and i.domain is null
            """,
            [
                .intArray(names.map(\.key.customerID)), .textArray(names.map(\.key.value)),
                .textArray(names.map(\.domain)),
            ])
    }

    func linkAwaiting(_ targets: [LinkTarget], now: Timestamp) async throws -> [OutboxEntry] {
        guard !targets.isEmpty else { return [] }
        var linked: [OutboxEntry] = []
        for role in EntityRole.allCases {
            let external = targets.compactMap { target -> LinkTable.External? in
                guard target.role == role, case .external(let reference) = target.name else { return nil }
                return LinkTable.External(reference: reference, entity: target.entity)
            }
            let identities = targets.compactMap { target -> LinkTable.Identity? in
                guard target.role == role, case .identity(let customerID, let value) = target.name else { return nil }
                return LinkTable.Identity(customerID: customerID, value: value, entity: target.entity)
            }
            guard !external.isEmpty || !identities.isEmpty else { continue }
            for table in try await awaitingTables(role, external: external, identities: identities) {
                if table.byExternalID, !external.isEmpty {
                    linked += try await link(table, role, external: external, now: now)
                }
                if table.byIdentity, !identities.isEmpty {
                    linked += try await link(table, role, identities: identities, now: now)
                }
            }
        }
        return linked
    }

    /// The tables in which anything of these integrations and customers waits at all: in the usual order of things
    /// (accounts first) nothing does, and a look into each index's range is much cheaper than one per target.
    private func awaitingTables(
        _ role: EntityRole, external: [LinkTable.External], identities: [LinkTable.Identity]
    ) async throws -> [LinkTable] {
        let types: [InteractionType] =
            role == .account ? [.contacts, .deals, .tickets, .tasks] : [.deals, .tickets, .tasks]
        let name = role.rawValue
        let identity = LinkTable.identityColumn(role)
        let arms = types.map { type in
            """
            select '\(type.name)' as type,
              exists (select 1 from unnest($1::bigint[]) as t (id) cross join lateral (
                select 1 from tributary.\(type.name) r
                where r.integration_id = t.id and r.\(name)_external_id is not null
                  and r.\(name)_rule is distinct from 'external_id' limit 1) r) as by_external_id,
              exists (select 1 from unnest($2::bigint[]) as t (id) cross join lateral (
                select 1 from tributary.\(type.name) r
                where r.customer_id = t.id and r.\(identity) is not null and r.\(name)_id is null limit 1) r) as by_identity
            """
        }
        return try await session.query(
            arms.joined(separator: "\nunion all\n"),
            [
                .intArray(Array(Set(external.map(\.reference.integrationID))).sorted()),
                .intArray(Array(Set(identities.map(\.customerID))).sorted()),
            ]
        ).rows.map { row in
            LinkTable(
                type: InteractionType(try row.text("type")), byExternalID: try row.bool("by_external_id"),
                byIdentity: try row.bool("by_identity"))
        }
    }

    private func link(
        _ table: LinkTable, _ role: EntityRole, external: [LinkTable.External], now: Timestamp
    ) async throws -> [OutboxEntry] {
        let name = role.rawValue
        let result = try await session.query(
            """
            with waiting as (
              select \(table.keyColumns), t.entity_id
              from unnest($1::bigint[], $2::text[], $3::uuid[]) as t (integration_id, external_id, entity_id)
              cross join lateral (
                select * from tributary.\(table.type.name) r
                where r.integration_id = t.integration_id and r.\(name)_external_id = t.external_id
                  and r.\(name)_rule is distinct from 'external_id' offset 0) r
            )
            update tributary.\(table.type.name) r set \(name)_id = w.entity_id, \(name)_rule = 'external_id',
              revision = r.revision + 1, changed_at = $4
            from waiting w where \(table.isSameRow) and r.\(name)_rule is distinct from 'external_id'
            returning \(table.keyColumns)
            """,
            [
                .intArray(external.map(\.reference.integrationID)), .textArray(external.map(\.reference.externalID)),
                .uuidArray(external.map(\.entity)), .timestamp(now),
            ])
        return try table.entries(result.rows)
    }

    private func link(
        _ table: LinkTable, _ role: EntityRole, identities: [LinkTable.Identity], now: Timestamp
    ) async throws -> [OutboxEntry] {
        let (name, identity) = (role.rawValue, LinkTable.identityColumn(role))
        let result = try await session.query(
            """
            with waiting as (
              select \(table.keyColumns), t.entity_id
              from unnest($1::bigint[], $2::text[], $3::uuid[]) as t (customer_id, value, entity_id)
              cross join lateral (
                select * from tributary.\(table.type.name) r
                where r.customer_id = t.customer_id and r.\(identity) = t.value and r.\(name)_id is null offset 0) r
            )
            update tributary.\(table.type.name) r set \(name)_id = w.entity_id,
              \(name)_rule = '\(role.referenceKind.rawValue)', revision = r.revision + 1, changed_at = $4
            from waiting w where \(table.isSameRow) and r.\(name)_id is null
            returning \(table.keyColumns)
            """,
            [
                .intArray(identities.map(\.customerID)), .textArray(identities.map(\.value)),
                .uuidArray(identities.map(\.entity)), .timestamp(now),
            ])
        return try table.entries(result.rows)
    }
}

/// A typed table with references that wait for their target.
private struct LinkTable {
    struct External {
        var reference: ExternalReference
        var entity: PublicID
    }
    struct Identity {
        var customerID: Int64
        var value: String
        var entity: PublicID
    }

    var type: InteractionType
    var byExternalID: Bool
    var byIdentity: Bool

    /// The column that names a target by what identifies it.
    static func identityColumn(_ role: EntityRole) -> String { role == .account ? "account_domain" : "contact_email" }

    /// What `returning` needs to know the keys.
    var keyColumns: String {
        type == .contacts ? "r.customer_id, r.id" : "r.customer_id, r.object_id, r.external_id"
    }

    /// That `r` is the row that was found waiting as `w`. Found first and by index, one by one: a planner whose statistics
    /// say that nothing waits goes through all that wait for each target instead.
    var isSameRow: String {
        type == .contacts ? "r.id = w.id" : "r.object_id = w.object_id and r.external_id = w.external_id"
    }

    func entries(_ rows: PostgresRows) throws -> [OutboxEntry] {
        try rows.map { row in
            OutboxEntry(
                type: type, customerID: try row.int("customer_id"),
                keys: type == .contacts
                    ? .entities([try row.uuid("id")])
                    : .records(
                        objectID: try row.int("object_id"), externalIDs: [try row.text("external_id")]))
        }
    }
}

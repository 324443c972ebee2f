import Models
import Postgres

/// What the operator's commands read, in Postgres.
public struct PostgresReportStore: ReportStore {
    private let database: any PostgresDatabase

    /// A store in `database`.
    public init(database: any PostgresDatabase) { self.database = database }

    /// How many records a report without exact counts may look at, all objects together, and of one object at most.
    private static let patience: (all: Int64, object: Int64) = (200_000, 10_000)

    /// The objects whose name is `name`, or starts with it at a slash, or whose id it is; all where it is nil.
    public func objects(named name: String?, counting: RecordCount) async throws -> [ObjectReport] {
        // A condition that the indexes know, where one is given: there may be a million objects.
        let condition: String
        var values: [PostgresValue] = [
            .text(counting.name), .int(Self.patience.all), .int(Self.patience.object),
        ]
        if let name, let id = PublicID(name) {
            condition = "o.public_id = $4"
            values.append(.uuid(id))
        } else if let name {
            let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let columns = ["c.key", "i.key", "o.object"]
            condition = zip(columns, parts.indices).map { "\($0) = $\($1 + 4)" }.joined(separator: " and ")
            values += parts.map { .text($0) }
        } else {
            condition = "true"
        }
        let result = try await database.transaction { [values] session in
            // The planner's guesses of what is counted are far too high, and compiling takes longer than the rest.
            try await session.query("select set_config('jit', 'off', true)")
            return try await session.query(Self.objectStatement(condition), values)
        }
        return try result.rows.map { row in
            let runnable = try row.bool("runnable")
            return ObjectReport(
                name: try row.text("name"), id: try row.uuid("public_id"), provider: try row.text("provider"),
                type: try row.text("interaction_type"), state: try row.text("state"),
                lastSyncedAt: try row.timestampIfPresent("last_synced_at"),
                completeUntil: try row.timestampIfPresent("complete_until"),
                nextDueAt: runnable ? try row.timestampIfPresent("next_due_at") : nil, run: try row.int("run_number"),
                records: try row.int("records"), recordsAreEstimated: try row.bool("is_estimated"),
                rejected: try row.int("rejected"),
                failureClass: try row.textIfPresent("failure_class"),
                failureCause: try row.textIfPresent("failure_cause"),
                failureAdvice: try row.textIfPresent("failure_advice"))
        }
    }

    /// Records are counted in the order of an index, so that counting ends at the bound; beyond it the planner's
    /// statistics say about how many there are.
    private static func objectStatement(_ condition: String) -> String {
        """
        with chosen as materialized (
          select c.key || '/' || i.key || '/' || o.object as name, o.id, o.public_id, o.provider,
            o.interaction_type, i.disabled_class, i.disabled_cause
          from tributary.integration_objects o
          join tributary.integrations i on i.id = o.integration_id
          join tributary.customers c on c.id = o.customer_id
          where \(condition)
        ), bound as materialized (
          -- null: to the last one
          select case $1::text when 'estimated'
            then least(greatest($2::bigint / greatest(count(*), 1), 100), $3::bigint) when 'none' then 0 end as most
          from chosen
        )
        select o.name, o.public_id, o.provider, o.interaction_type,
          case when not s.runnable and s.state = 'idle' then 'disabled' else s.state end as state,
          s.last_synced_at, s.complete_until, s.next_due_at, s.runnable, s.run_number,
          case when e.is_large then greatest(n.records, tributary.estimated_records(o.id)) else n.records end as records,
          e.is_large as is_estimated,
          (select count(*) from (
             select from tributary.rejected r where r.object_id = o.id
             order by r.run limit (select most from bound)) r) as rejected,
          coalesce(s.failure_class, o.disabled_class) as failure_class,
          coalesce(s.failure_cause, o.disabled_cause) as failure_cause, s.failure_advice
        from chosen o
        join tributary.object_state s on s.object_id = o.id
        cross join lateral (select count(*) as records from (
          select from tributary.interactions n where n.object_id = o.id and n.deleted_at is null
          order by n.external_id limit (select most from bound)) n) n
        cross join lateral (
          select $1::text = 'estimated' and n.records >= (select most from bound) as is_large) e
        order by 1
        """
    }

    /// The newest runs of an object, newest first; runs that found nothing are only counted.
    public func runs(object: PublicID, limit: Int) async throws -> (runs: [RunReport], empty: Int64) {
        let result = try await database.query(
            """
            select h.run, h.kind, h.outcome, h.opened_at, h.ended_at, h.attempts, h.pages, h.fetched, h.stored,
              h.unchanged, h.rejected, coalesce(h.failure_class || ': ' || h.failure_cause, h.note) as failure
            from tributary.sync_history h join tributary.integration_objects o on o.id = h.object_id
            where o.public_id = $1 order by h.ended_at desc limit $2
            """, [.uuid(object), .int(Int64(limit))])
        let empty = try await database.query(
            """
            select coalesce(sum(e.runs), 0)::bigint as runs from tributary.empty_runs e
            join tributary.integration_objects o on o.id = e.object_id where o.public_id = $1
            """, [.uuid(object)])
        let runs = try result.rows.map { row in
            RunReport(
                run: try row.int("run"), kind: try row.text("kind"), outcome: try row.text("outcome"),
                openedAt: try row.timestamp("opened_at"), endedAt: try row.timestamp("ended_at"),
                attempts: try row.int("attempts"), pages: try row.int("pages"), fetched: try row.int("fetched"),
                stored: try row.int("stored"), unchanged: try row.int("unchanged"), rejected: try row.int("rejected"),
                failure: try row.textIfPresent("failure"))
        }
        return (runs, try empty.rows.first?.int("runs") ?? 0)
    }

    /// Makes an object due now; a paused one is tried again. `full` asks for everything.
    /// - Returns: the number of the run that will do it, or nil where one is under way already.
    public func requestSync(object: PublicID, full: Bool) async throws -> Int64? {
        let result = try await database.query(
            """
            update tributary.object_state s set
              next_due_at = now(), full_wanted = s.full_wanted or $2,
              runnable = o.enabled and i.enabled and (i.disabled_class is null or i.disabled_class = 'repeated')
            from tributary.integration_objects o join tributary.integrations i on i.id = o.integration_id
            where o.id = s.object_id and o.public_id = $1
            returning case when s.state = 'idle' then s.run_number + 1 end as run
            """, [.uuid(object), .bool(full)])
        return try result.rows.first?.intIfPresent("run")
    }

    /// What identifies an object to other stores.
    public func target(object: PublicID) async throws -> ObjectTarget? {
        let result = try await database.query(
            """
            select o.id, o.provider, o.object, i.settings from tributary.integration_objects o
            join tributary.integrations i on i.id = o.integration_id where o.public_id = $1
            """, [.uuid(object)])
        return try result.rows.first.map {
            ObjectTarget(
                id: try $0.int("id"), provider: try $0.text("provider"), object: try $0.text("object"),
                settings: try $0.json("settings"))
        }
    }

    /// Asks the processors to map an object's stored records with the definition given; what was asked before is dropped.
    public func requestRemapping(
        object: Int64, provider: String, name: String, definition: String, body: [UInt8]
    ) async throws {
        try await database.transaction { session in
            try await session.query(
                """
                insert into tributary.definitions (hash, provider, object, body) values ($1, $2, $3, $4)
                on conflict (hash) do nothing
                """, [.text(definition), .text(provider), .text(name), .json(body[...])])
            try await session.query(
                """
                insert into tributary.remap_requests (object_id, definition) values ($1, $2)
                on conflict (object_id) do update set
                  definition = excluded.definition, done_until = '', requested_at = now()
                """, [.int(object), .text(definition)])
        }
    }

    /// The external id up to which an object's records have been mapped again; nil where nothing is asked for.
    public func remapping(object: Int64) async throws -> String? {
        try await database.query(
            "select done_until from tributary.remap_requests where object_id = $1", [.int(object)]
        ).rows.first?.text("done_until")
    }

    /// Puts every key of the data tables into the outbox and returns how many there are.
    public func republish() async throws -> Int64 {
        try await database.query("select tributary.republish() as keys").rows.first?.int("keys") ?? 0
    }
}

extension RecordCount {
    /// The name that the statement knows it by.
    fileprivate var name: String {
        switch self {
        case .none: "none"
        case .estimated: "estimated"
        case .exact: "exact"
        }
    }
}

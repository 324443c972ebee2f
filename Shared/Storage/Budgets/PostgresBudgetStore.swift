import Foundation
import Models
import Postgres

/// Budgets in Postgres: one row per owner and class, changed under its lock and with the database's clock.
public struct PostgresBudgetStore: BudgetStore {
    private let database: any PostgresDatabase

    /// A store in `database`.
    public init(database: any PostgresDatabase) { self.database = database }

    private struct Row {
        var budget: RateBudget
        var blockedUntil: Timestamp?
        var now: Timestamp
    }

    /// Turns and places for a process.
    public func lease(_ key: BudgetKey, _ ask: BudgetAsk, rule: BudgetRule) async throws -> BudgetGrant {
        try await change(key) { row in
            row.budget.lease(ask, rule: rule, blockedUntil: row.blockedUntil, now: row.now)
        }
    }

    /// The provider refused a request.
    public func throttle(_ key: BudgetKey, rule: BudgetRule, pause: Duration?) async throws {
        // First what everybody has to know at once.
        if let pause { try await block(key, for: pause) }
        try await change(key) { row in row.budget.decrease(rule, pause: pause, now: row.now) }
    }

    /// What is left lasts only at this pace.
    public func slow(_ key: BudgetKey, to gap: Duration?, for remaining: Duration) async throws {
        guard let gap else { return try await block(key, for: remaining) }
        try await change(key) { row in row.budget.slow(to: gap, until: row.now + remaining, now: row.now) }
    }

    private func block(_ key: BudgetKey, for pause: Duration) async throws {
        try await database.query(
            """
            insert into tributary.rate_budgets as b (owner, class, blocked_until)
            values ($1, $2, clock_timestamp() + $3::interval)
            on conflict (owner, class) do update set blocked_until = greatest(b.blocked_until, excluded.blocked_until)
            """, [.text(key.owner), .text(key.limitClass), .interval(pause)])
    }

    private func change<Value: Sendable>(
        _ key: BudgetKey, _ body: @Sendable (inout Row) -> Value
    ) async throws -> Value {
        try await database.transaction { session in
            var found = try await session.query(Self.locking, [.text(key.owner), .text(key.limitClass)])
            if found.rows.isEmpty {
                try await session.query(
                    "insert into tributary.rate_budgets (owner, class) values ($1, $2) on conflict do nothing",
                    [.text(key.owner), .text(key.limitClass)])
                found = try await session.query(Self.locking, [.text(key.owner), .text(key.limitClass)])
            }
            guard let first = found.rows.first else {
                throw Failure(.transient, "the budget of \(key.owner) cannot be kept in the database")
            }
            let stored = try first.json("state")
            var row = Row(
                // A state of another version counts as unused.
                budget: (try? JSONDecoder().decode(RateBudget.self, from: Data(stored))) ?? RateBudget(),
                blockedUntil: try first.timestampIfPresent("blocked_until"), now: try first.timestamp("now"))
            let value = body(&row)
            let state = Array(try JSONEncoder().encode(row.budget))
            try await session.query(
                """
                update tributary.rate_budgets set state = $3, changed_at = clock_timestamp()
                where owner = $1 and class = $2
                """, [.text(key.owner), .text(key.limitClass), .json(state[...])])
            return value
        }
    }

    /// The clock is read when the row is locked, not when waiting for it began.
    private static let locking = """
        with mine as materialized (
          select state, blocked_until from tributary.rate_budgets where owner = $1 and class = $2 for no key update
        )
        select mine.state, clock_timestamp() as now, greatest(mine.blocked_until, (
          select o.blocked_until from tributary.rate_budgets o where o.owner = $1 and o.class = '')) as blocked_until
        from mine
        """

    /// All that may not be used at present.
    public func blocks() async throws -> [BudgetBlock] {
        let result = try await database.query(
            """
            select owner, class, (extract(epoch from blocked_until - clock_timestamp()) * 1000000)::bigint as remaining
            from tributary.rate_budgets
            -- Asked many times a second: a clock that stands still in a statement is one that an index can be searched by.
            where blocked_until > statement_timestamp()
            """)
        return try result.rows.map { row in
            BudgetBlock(
                key: BudgetKey(owner: try row.text("owner"), limitClass: try row.text("class")),
                remaining: .microseconds(try row.int("remaining")))
        }
    }

    /// Takes a budget for one run alone.
    public func takeAlone(_ key: BudgetKey, holder: String, for lease: Duration) async throws -> Bool {
        try await database.query(
            """
            insert into tributary.rate_budgets as b (owner, class, holder, held_until)
            values ($1, $2, $3, clock_timestamp() + $4::interval)
            on conflict (owner, class) do update set holder = excluded.holder, held_until = excluded.held_until
            where b.holder is null or b.holder = excluded.holder or b.held_until <= clock_timestamp()
            """, [.text(key.owner), .text(key.limitClass), .text(holder), .interval(lease)]
        ).affected == 1
    }

    /// Lets everything go that `holder` has for itself.
    public func release(holder: String) async throws {
        try await database.query(
            "update tributary.rate_budgets set holder = null, held_until = null where holder = $1", [.text(holder)])
    }
}

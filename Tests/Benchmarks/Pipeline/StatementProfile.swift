import Foundation
import Postgres

/// Which statements the server spent its time on, where it has pg_stat_statements loaded.
struct StatementProfile: Sendable {
    private let pool: PostgresPool

    /// Starts anew; nil where the extension is not loaded.
    init?(_ pool: PostgresPool) async {
        self.pool = pool
        do {
            try await pool.query("create extension if not exists pg_stat_statements")
            try await pool.query("select pg_stat_statements_reset()::text")
        } catch {
            return nil
        }
    }

    /// The most expensive statements: seconds, calls, rows and how they begin.
    func lines(_ limit: Int = 14) async throws -> [String] {
        try await pool.query(
            """
            select total_exec_time as ms, calls, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as text
            from pg_stat_statements s join pg_database d on d.oid = s.dbid and d.datname = current_database()
            order by total_exec_time desc limit \(limit)
            """
        ).rows.map { row in
            let seconds = String(format: "%7.2f s", try row.double("ms") / 1000)
            return "\(seconds) \(try row.int("calls")) calls, \(try row.int("rows")) rows: \(try row.text("text"))"
        }
    }
}

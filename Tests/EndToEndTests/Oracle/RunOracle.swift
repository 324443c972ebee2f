import Foundation
import Models
import Postgres

/// What must hold of the runs themselves, whatever happened to the processes.
struct RunOracle {
    let pool: PostgresPool

    /// Every broken promise, in words. `brokerLostNothing`: no page may then have been taken for lost.
    func differences(quietSince quiet: Timestamp, brokerLostNothing: Bool) async throws -> [String] {
        var found: [String] = []
        for row in try await pool.query(
            """
            select object_id, run, fetched, stored, unchanged, rejected, outcome, failure_cause, lost_pages
            from tributary.sync_history
            """
        ).rows {
            let name = "run \(try row.int("run")) of object \(try row.int("object_id"))"
            let fetched = try row.int("fetched")
            let proven = try row.int("stored") + row.int("unchanged") + row.int("rejected")
            if try row.text("outcome") == "succeeded", fetched != proven {
                found.append("\(name): \(fetched) fetched, \(proven) proven stored")
            }
            if try row.text("outcome") == "failed" {
                found.append("\(name) failed: \(try row.textIfPresent("failure_cause") ?? "")")
            }
            if brokerLostNothing, try row.int("lost_pages") > 0 {
                found.append("\(name): \(try row.int("lost_pages")) pages lost although the broker lost nothing")
            }
            if try row.int("rejected") > 0 { found.append("\(name): \(try row.int("rejected")) rejected") }
        }
        for row in try await pool.query(
            """
            select object_id, run, count(*) as times from tributary.sync_history group by object_id, run having count(*) > 1
            """
        ).rows {
            found.append(
                "run \(try row.int("run")) of object \(try row.int("object_id")) ended \(try row.int("times")) times")
        }
        for row in try await pool.query(
            "select object_id, state, complete_until, now() as now from tributary.object_state"
        ).rows {
            let name = "object \(try row.int("object_id"))"
            guard let until = try row.timestampIfPresent("complete_until") else {
                found.append("\(name) was never complete")
                continue
            }
            if until < quiet {
                found.append("\(name) is complete until \(until) only, the provider went quiet at \(quiet)")
            }
            if until > (try row.timestamp("now")) { found.append("\(name) is complete until \(until), in the future") }
        }
        let leftovers = try await pool.query(
            """
            select (select count(*) from tributary.pages p join tributary.object_state s on s.object_id = p.object_id
                    where s.state = 'idle') as pages,
              (select count(*) from tributary.rejected) as rejected
            """
        ).rows
        if let row = leftovers.first, try row.int("pages") > 0 {
            found.append("\(try row.int("pages")) pages of no run are left")
        }
        if let row = leftovers.first, try row.int("rejected") > 0 {
            found.append("\(try row.int("rejected")) records were rejected")
        }
        return found
    }
}

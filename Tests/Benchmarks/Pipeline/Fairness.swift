import Foundation
import Pipeline
import PostgresHarness

/// How long a customer's small syncs take alone, and beside another customer's backfill that is being fetched and
/// processed (issue 4, "What it must show", 4).
enum Fairness {
    /// Seconds that the small syncs are watched alone.
    private static let alone = 60

    static func run(records: Int, report: inout Report) async throws {
        report.add(
            try await withTestDatabase { database in
                try await measure(database, pages: SamplePages(records: records, customers: 1))
            })
    }

    private static func measure(_ database: TestDatabase, pages: SamplePages) async throws -> [Figure] {
        let bench = try await BenchPipeline(database: database, pages: pages)
        let pipeline = bench.pipeline
        do {
            for service in ["scheduler", "retriever", "processor"] { _ = try pipeline.start(service) }
            try await bench.warmUp(runsClose: true)
            try await bench.applySmallSyncs()
            // The first ones still meet processes that have just started.
            try await pipeline.wait(
                for: "small syncs", within: .seconds(120),
                until: "select count(*) >= 30 from tributary.sync_history")
            let start = try await bench.number("select extract(epoch from clock_timestamp())")
            try await pipeline.wait(
                for: "small syncs alone", within: .seconds(300),
                until: "select extract(epoch from clock_timestamp()) >= \(start + Double(alone))")
            let between = try await bench.number("select extract(epoch from clock_timestamp())")
            try await bench.applyCustomers()
            try await pipeline.wait(for: "the backfill", within: .seconds(900), until: BenchPipeline.everythingIsDone)
            let end = try await bench.number("select extract(epoch from clock_timestamp())")
            let quiet = try await figures(bench, from: start, to: between)
            let beside = try await figures(bench, from: between, to: end)
            await pipeline.stop()
            guard quiet.count > 50, beside.count > 50 else {
                throw BenchmarkError("too few small syncs to compare: \(quiet.count) and \(beside.count)")
            }
            return [
                Figure("small_sync_alone_p99_s", quiet.p99, ["syncs": quiet.count, "median": quiet.median]),
                Figure(
                    "small_sync_beside_p99_s", beside.p99,
                    [
                        "syncs": beside.count, "median": beside.median, "backfill_records": Double(pages.records),
                        "backfill_s": end - between,
                    ]),
                Figure("small_sync_beside_per_alone", beside.p99 / quiet.p99, aim: "<= 2"),
            ]
        } catch {
            await pipeline.stop()
            throw error
        }
    }

    private static func figures(
        _ bench: BenchPipeline, from start: Double, to end: Double
    ) async throws -> (count: Double, median: Double, p99: Double) {
        func number(_ aggregate: String) async throws -> Double {
            try await bench.number(
                """
                select \(aggregate) from (
                  select extract(epoch from h.ended_at - h.opened_at)::float8 as took
                  from tributary.sync_history h
                  join tributary.object_state s on s.object_id = h.object_id
                  join tributary.customers c on c.id = s.customer_id and c.key = 'warm'
                  where h.outcome = 'succeeded' and h.opened_at >= to_timestamp(\(start))
                    and h.opened_at < to_timestamp(\(end))) as syncs
                """)
        }
        return (
            try await number("count(*)::float8"),
            try await number("coalesce(percentile_cont(0.5) within group (order by took), 0)"),
            try await number("coalesce(percentile_cont(0.99) within group (order by took), 0)")
        )
    }
}

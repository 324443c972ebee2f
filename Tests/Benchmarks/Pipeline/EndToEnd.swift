import Foundation
import Pipeline
import PostgresHarness

/// From the pages of a server through Kafka into matched rows, with `records.*` published, beside a copy of the rows.
enum EndToEnd {
    static func run(records: Int, report: inout Report) async throws {
        let (figures, profile) = try await withTestDatabase { database in
            try await measure(database, pages: SamplePages(records: records, customers: 5))
        }
        report.add(figures)
        if !profile.isEmpty { report.add(profile: profile, title: "Statements of the end-to-end run") }
    }

    private static func measure(
        _ database: TestDatabase, pages: SamplePages
    ) async throws -> (figures: [Figure], profile: [String]) {
        let bench = try await BenchPipeline(database: database, pages: pages)
        let pipeline = bench.pipeline
        do {
            let services = try ["scheduler", "retriever", "processor"].map { try pipeline.start($0) }
            try await bench.warmUp(runsClose: true)
            try await bench.warmUpWithPages()
            let statements = await StatementProfile(pipeline.pool)
            let time = ProcessorTime(services)
            try await bench.applyCustomers()
            let wanted = (1 + pages.warmUps) * pages.records + SamplePages.warmUpRecords
            // Closed runs prove that every record is stored; counting the rows all the time would cost what is measured.
            try await pipeline.wait(
                for: "everything to be closed and published", within: .seconds(900),
                until: BenchPipeline.everythingIsDone)
            let seconds = try await bench.number(sinceFirstRun)
            let used = time.used()
            let closed = try await bench.number(BenchPipeline.secondsUntilClosed)
            let profile = try await statements?.lines() ?? []
            let memory: [(name: String, value: Double)] = services.map {
                (name: "\($0.name)_peak_mb", value: ProcessFigures.megabytes("VmHWM", of: $0.identifier))
            }
            let matches = try await bench.number("select count(*) from tributary.matches")
            let matched = try await bench.number("select count(*) from tributary.matches where rule <> 'created'")
            let kept = try await bench.storedRecords()
            guard kept == wanted else {
                throw BenchmarkError("\(kept) records of \(wanted) are stored; logs in \(pipeline.logs)")
            }
            await pipeline.stop()
            let copies = try CopyBaseline(bench, database: database).measure().sorted()
            guard copies.count == 5 else { throw BenchmarkError("the rows were not copied five times") }
            let perSecond = Double(pages.records) / seconds
            let copied = copies[2]
            var numbers: [(name: String, value: Double)] = [
                (name: "records", value: Double(pages.records)), (name: "seconds", value: seconds),
                (name: "all_runs_closed_after_s", value: closed), (name: "matches", value: matches),
                (name: "matched_not_created", value: matched),
            ]
            numbers += used
            numbers += memory
            return (
                [
                    Figure("end_to_end_records_per_s", perSecond, numbers: numbers),
                    Figure(
                        "copy_rows_per_s", copied,
                        ["rows": Double(pages.records), "slowest": copies[0], "fastest": copies[4]]),
                    Figure("end_to_end_per_copy", perSecond / copied, aim: ">= 0.6, 0.3"),
                ], profile
            )
        } catch {
            await pipeline.stop()
            throw error
        }
    }

    /// By the database's clock, from the opening of the first measured run.
    private static let sinceFirstRun = """
        select extract(epoch from clock_timestamp() - min(s.opened_at)) from tributary.object_state s
        join tributary.customers c on c.id = s.customer_id where c.key like 'c%'
        """
}

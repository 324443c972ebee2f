import Pipeline
import PostgresHarness

/// The two halves of the pipeline alone: the retriever fills the topics while no processor runs, then a processor
/// empties them.
enum Stages {
    static func run(records: Int, report: inout Report) async throws {
        let (figures, profile) = try await withTestDatabase { database in
            // So few for each customer that a retriever fetches them all with no processor there to take them
            // (`BacklogAllowance.least`).
            try await measure(
                database, pages: SamplePages(records: records, customers: max(1, (records + 399) / 400), pageSize: 20))
        }
        report.add(figures)
        if !profile.isEmpty { report.add(profile: profile, title: "Statements while only the processor worked") }
    }

    private static func measure(
        _ database: TestDatabase, pages: SamplePages
    ) async throws -> (figures: [Figure], profile: [String]) {
        // Without a processor no receipt comes, and nobody is to ask after them.
        let bench = try await BenchPipeline(
            database: database, pages: pages, settings: ["TRIBUTARY_LATE_AFTER": "1h"])
        let pipeline = bench.pipeline
        do {
            let scheduler = try pipeline.start("scheduler")
            let retriever = try pipeline.start("retriever")
            try await bench.warmUp(runsClose: false)
            let retrieverUse = ProcessorTime([scheduler, retriever])
            try await bench.applyCustomers()
            try await pipeline.wait(
                for: "the retriever", within: .seconds(600),
                until: """
                    (select count(*) from tributary.object_state) > 3 and not exists (
                      select 1 from tributary.object_state where state not in ('draining', 'idle') or run_number = 0)
                    """)
            let fetched = try await bench.number(
                """
                select extract(epoch from max(s.drained_at) - min(s.opened_at)) from tributary.object_state s
                join tributary.customers c on c.id = s.customer_id where c.key <> 'warm'
                """)
            let retrieverTime = retrieverUse.used()
            let processor = try pipeline.start("processor")
            try await pipeline.wait(
                for: "the first records", within: .seconds(120), until: "exists (select 1 from tributary.interactions)")
            let statements = await StatementProfile(pipeline.pool)
            let time = ProcessorTime([scheduler, processor])
            let start = ContinuousClock.now
            let before = try await bench.storedRecords()
            try await pipeline.wait(
                for: "everything to be stored and published", within: .seconds(900),
                until: """
                    not exists (select 1 from tributary.outbox)
                    and not exists (select 1 from tributary.object_state where last_synced_at is null)
                    """)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let used = time.used()
            let profile = try await statements?.lines() ?? []
            await pipeline.stop()
            let left = Double(pages.records + SamplePages.warmUpRecords - before)
            let retrieving: [(name: String, value: Double)] = [
                (name: "records", value: Double(pages.records)), (name: "seconds", value: fetched),
            ]
            let processing: [(name: String, value: Double)] = [
                (name: "records", value: left), (name: "seconds", value: seconds),
            ]
            return (
                [
                    Figure(
                        "retrieve_records_per_s", Double(pages.records) / fetched, numbers: retrieving + retrieverTime),
                    Figure("process_records_per_s", left / seconds, numbers: processing + used),
                ], profile
            )
        } catch {
            await pipeline.stop()
            throw error
        }
    }
}

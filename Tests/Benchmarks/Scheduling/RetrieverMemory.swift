import Foundation
import Pipeline
import PostgresHarness

/// What a retriever holds while a great many of its runs wait for pages.
enum RetrieverMemory {
    static func run(runs: Int) async throws -> [Figure] {
        try await withTestDatabase { database in
            let response = PageServer.response(
                SamplePages.body.replacingOccurrences(of: "\"next\":\"1\"", with: "\"next\":null"))
            let server = try PageServer(holding: true) { _ in response }
            let pipeline = try await Pipeline(
                database: database, catalog: BenchCatalog.path,
                settings: ["TRIBUTARY_CAPACITY": "\(runs + 100)", "TRIBUTARY_LATE_AFTER": "1h"])
            do {
                return [try await measure(pipeline, server, runs: (runs + 2) / 3 * 3)]
            } catch {
                await pipeline.stop()
                throw error
            }
        }
    }

    private static func measure(_ pipeline: Pipeline, _ server: PageServer, runs: Int) async throws -> Figure {
        let file = BenchCatalog.customers(runs / 3, of: "bench", at: server.url)
        try await pipeline.tributary(
            "apply", "-f", try pipeline.write(file, to: "apply.yaml"), settings: ["BENCH_TOKEN": "t"])
        let retriever = try pipeline.start("retriever")
        try await pipeline.wait(
            for: "the retriever", within: .seconds(60), until: "exists (select 1 from tributary.retrievers)")
        let idle = ProcessFigures.megabytes("VmRSS", of: retriever.identifier)
        try pipeline.start("scheduler")
        let deadline = ContinuousClock.now + .seconds(120)
        while server.waiting < runs {
            guard ContinuousClock.now < deadline else {
                throw BenchmarkError("only \(server.waiting) of \(runs) requests came; logs in \(pipeline.logs)")
            }
            try await pipeline.pool.query("select pg_sleep(0.1)::text")
        }
        let waiting = ProcessFigures.megabytes("VmRSS", of: retriever.identifier)
        server.release()
        try await pipeline.wait(
            for: "all pages to be at the broker", within: .seconds(300),
            until: "(select count(*) from tributary.object_state where state = 'draining') >= \(runs)")
        let peak = ProcessFigures.megabytes("VmHWM", of: retriever.identifier)
        await pipeline.stop()
        return Figure(
            "retriever_rss_mb", waiting, aim: "<= 150",
            ["runs": Double(runs), "idle_mb": idle, "peak_with_all_pages_at_once_mb": peak])
    }
}

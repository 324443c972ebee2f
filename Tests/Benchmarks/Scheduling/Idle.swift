import Foundation
import Pipeline
import PostgresHarness

/// What a thousand integrations cost that have nothing to do: the processors' time of all services and of the database
/// beside what they take with none at all.
enum Idle {
    private static let seconds = 20.0

    static func run(integrations: Int) async throws -> Figure {
        let none = try await used(integrations: 0)
        let many = try await used(integrations: integrations)
        return Figure(
            "idle_cpu_share_per_1000_integrations", (many.total - none.total) / seconds * 1000 / Double(integrations),
            aim: "<= 0.01",
            [
                "integrations": Double(integrations), "seconds": seconds, "cpu_s_with_none": none.total,
                "cpu_s_with_them": many.total, "services_with_none": none.services,
                "services_with_them": many.services,
            ])
    }

    private static func used(integrations: Int) async throws -> (total: Double, services: Double) {
        try await withTestDatabase { database in
            let server = try PageServer { _ in PageServer.response("{\"items\":[],\"next\":null}") }
            let pipeline = try await Pipeline(database: database, catalog: BenchCatalog.path, settings: [:])
            do {
                if integrations > 0 {
                    let file = BenchCatalog.customers(integrations, of: "plain", at: server.url)
                    try await pipeline.tributary(
                        "apply", "-f", try pipeline.write(file, to: "apply.yaml"), settings: ["BENCH_TOKEN": "t"])
                }
                let services = try ["scheduler", "retriever", "processor"].map { try pipeline.start($0) }
                try await pipeline.wait(
                    for: "the first syncs", within: .seconds(300), until: BenchPipeline.everythingIsDone)
                // Statistics, caches and the broker's compiler settle.
                try await pipeline.pool.query("vacuum analyze")
                try await Task.sleep(for: .seconds(10))
                let time = ProcessorTime(services)
                try await Task.sleep(for: .seconds(seconds))
                let used = time.used().filter { $0.name != "page server_cpu_s" && $0.name != "broker_cpu_s" }
                await pipeline.stop()
                return (
                    used.reduce(0) { $0 + $1.value },
                    used.filter { $0.name != "postgres_cpu_s" }.reduce(0) { $0 + $1.value }
                )
            } catch {
                await pipeline.stop()
                throw error
            }
        }
    }
}

import Foundation
import Pipeline
import PostgresHarness

/// A pipeline over the benchmarks' own catalog, with the customers of `pages`.
struct BenchPipeline: Sendable {
    let pipeline: Pipeline
    let server: PageServer
    let pages: SamplePages

    init(database: TestDatabase, pages: SamplePages, settings: [String: String] = [:]) async throws {
        server = try PageServer { pages.answer($0) }
        self.pages = pages
        pipeline = try await Pipeline(database: database, catalog: BenchCatalog.path, settings: settings)
        let warmUp = SamplePages.objects(of: "crm").joined(separator: ", ")
        try await apply("warm.yaml", file(customers: ["warm"], objects: { _ in warmUp }))
    }

    /// Applies the customers; all their objects are due at once.
    func applyCustomers() async throws {
        try await apply(
            "customers.yaml",
            file(customers: pages.customers) { SamplePages.objects(of: $0).joined(separator: ", ") })
    }

    /// Syncs several times what is measured before: a broker's virtual machine compiles what it runs for the first seconds,
    /// which is not what a pipeline that syncs all day waits for.
    func warmUpWithPages() async throws {
        try await apply(
            "warm-pages.yaml",
            file(customers: pages.warmUpCustomers) { SamplePages.objects(of: $0).joined(separator: ", ") })
        try await pipeline.wait(for: "the warm-up with pages", within: .seconds(600), until: Self.everythingIsDone)
        try await pipeline.pool.query("vacuum analyze")
        // A server that has run for a day writes its log into files that it has already.
        try await pipeline.pool.query("checkpoint")
        try await waitUntilBrokerIsIdle()
    }

    /// The broker's virtual machine compiles for seconds after what made it do so is over.
    private func waitUntilBrokerIsIdle() async throws {
        guard let broker = ProcessorTime.broker else { return }
        var last = ProcessFigures.seconds(of: broker, withChildren: true)
        try await pipeline.wait(for: "the broker to be idle", within: .seconds(60)) {
            try await Task.sleep(for: .seconds(1))
            let now = ProcessFigures.seconds(of: broker, withChildren: true)
            defer { last = now }
            return now - last < 0.1
        }
    }

    /// All runs closed, which proves that every record is stored, and all changes published.
    static let everythingIsDone = """
        not exists (select 1 from tributary.outbox)
        and not exists (select 1 from tributary.object_state where last_synced_at is null)
        """

    /// Has the warm-up customer's three objects, of one record each, synced every second from now on.
    func applySmallSyncs() async throws {
        let objects = SamplePages.objects(of: "crm").joined(separator: ", ")
        try await apply(
            "small.yaml",
            file(customers: ["warm"], objects: { _ in objects }).replacingOccurrences(
                of: "  - key: warm\n", with: "  - key: warm\n    every: { all: 1s }\n"))
    }

    /// Waits until the consumer groups work: what the first customer's empty runs need as well.
    func warmUp(runsClose: Bool) async throws {
        try await pipeline.wait(
            for: "the warm-up to be over", within: .seconds(120),
            until: runsClose
                ? "select count(*) = 3 from tributary.object_state where last_synced_at is not null"
                : "select count(*) = 3 from tributary.object_state where state = 'draining' or last_synced_at is not null"
        )
    }

    private func apply(_ name: String, _ text: String) async throws {
        try await pipeline.tributary("apply", "-f", try pipeline.write(text, to: name), settings: ["BENCH_TOKEN": "t"])
    }

    private func file(customers: [String], objects: (String) -> String) -> String {
        var file = "customers:\n"
        for customer in customers {
            file += "  - key: \(customer)\n    integrations:\n"
            for system in customer == "warm" ? ["crm"] : SamplePages.systems {
                file += """
                          - key: \(system)
                            provider: bench
                            settings: { base_url: "\(server.url)/\(customer)/\(system)" }
                            secrets: { token: { env: BENCH_TOKEN } }
                            objects: [\(objects(system))]

                    """
            }
        }
        return file
    }

    /// Rows of `tributary.interactions` of the measured customers.
    func storedRecords() async throws -> Int {
        Int(try await pipeline.pool.query("select count(*) as n from tributary.interactions").rows.first?.int("n") ?? 0)
    }

    /// From the opening of the first measured run to the closing of the last.
    static let secondsUntilClosed = """
        select extract(epoch from max(s.last_synced_at) - min(s.opened_at)) from tributary.object_state s
        join tributary.customers c on c.id = s.customer_id where c.key like 'c%'
        """

    /// A number that a query gives as `value`.
    func number(_ sql: String) async throws -> Double {
        try await pipeline.pool.query("select (\(sql))::float8 as value").rows.first?.double("value") ?? 0
    }
}

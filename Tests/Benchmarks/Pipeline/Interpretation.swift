import Foundation
import Pipeline
import PostgresHarness

/// What a definition costs that uses the language: the same contacts by the plainest definition and by an elaborate
/// one, in turns, from pages to matched and published rows.
enum Interpretation {
    /// Listings side by side.
    private static let integrations = 10
    /// The steps of the elaborate definition's window.
    private static let windows = 10
    private static let rounds = 3

    static func run(records: Int) async throws -> [Figure] {
        let pagesAWindow = max(1, records / (integrations * windows * SamplePages.pageSize))
        let responses = Self.responses(pages: pagesAWindow * windows)
        let server = try PageServer { target in
            Self.answer(target, responses, pagesAWindow: pagesAWindow)
        }
        return try await withTestDatabase { database in
            let pipeline = try await Pipeline(database: database, catalog: BenchCatalog.path, settings: [:])
            do {
                for service in ["scheduler", "retriever", "processor"] { try pipeline.start(service) }
                var seconds: [String: [Double]] = [:]
                // The first round is not counted: the broker's virtual machine and the database get ready in it.
                for round in 0...rounds {
                    for provider in round % 2 == 0 ? ["plain", "elaborate"] : ["elaborate", "plain"] {
                        let took = try await sync(provider, round, pipeline, server)
                        if round > 0 { seconds[provider, default: []].append(took) }
                    }
                }
                let count = Double(pagesAWindow * windows * integrations * SamplePages.pageSize)
                let stored = try await pipeline.pool.query("select count(*) as n from tributary.interactions")
                    .rows.first?.int("n")
                guard stored == Int64(count) * 2 * Int64(rounds + 1) else {
                    throw BenchmarkError("\(stored ?? 0) records are stored, not \(count) of each sync")
                }
                await pipeline.stop()
                let medians = seconds.mapValues { $0.sorted()[rounds / 2] }
                guard let plain = medians["plain"], let elaborate = medians["elaborate"] else {
                    throw BenchmarkError("nothing was measured")
                }
                return [
                    Figure(
                        "elaborate_per_plain", plain / elaborate, aim: ">= 0.8",
                        [
                            "records": count, "plain_records_per_s": count / plain,
                            "elaborate_records_per_s": count / elaborate, "rounds": Double(rounds),
                        ])
                ]
            } catch {
                await pipeline.stop()
                throw error
            }
        }
    }

    /// Seconds from the opening of the first run to the closing of the last.
    private static func sync(
        _ provider: String, _ round: Int, _ pipeline: Pipeline, _ server: PageServer
    ) async throws -> Double {
        let customer = "\(provider)-\(round)"
        var file = "customers:\n  - key: \(customer)\n    integrations:\n"
        for number in 1...integrations {
            file += """
                      - key: i\(number)
                        provider: \(provider)
                        settings: { base_url: "\(server.url)/\(provider)/\(number)" }
                        secrets: { token: { env: BENCH_TOKEN } }

                """
        }
        try await pipeline.tributary(
            "apply", "-f", try pipeline.write(file, to: "\(customer).yaml"), settings: ["BENCH_TOKEN": "t"])
        try await pipeline.wait(
            for: "the sync of \(customer)", within: .seconds(300), until: BenchPipeline.everythingIsDone)
        return try await pipeline.pool.query(
            """
            select extract(epoch from max(s.last_synced_at) - min(s.opened_at))::float8 as seconds
            from tributary.object_state s join tributary.customers c on c.id = s.customer_id where c.key = $1
            """, [.text(customer)]
        ).rows.first?.double("seconds") ?? 0
    }

    /// Page by page what an integration has: with the cursor of the next page of all, or of the next in its window.
    private static func responses(pages: Int) -> [[String]] {
        (1...integrations).map { integration in
            (0..<pages).map { page in
                (page * SamplePages.pageSize..<(page + 1) * SamplePages.pageSize)
                    .map { SamplePages.record("contacts", $0, customer: "i\(integration)", system: "crm") }
                    .joined(separator: ",")
            }
        }
    }

    private static func answer(_ target: Substring, _ responses: [[String]], pagesAWindow: Int) -> [UInt8] {
        let parts = target.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/")
        guard path.count == 3, let integration = Int(path[1]), responses.indices.contains(integration - 1) else {
            return PageServer.notFound
        }
        func parameter(_ name: String) -> Double? {
            parts.dropFirst().first?.split(separator: "&").first { $0.hasPrefix(name + "=") }
                .flatMap { Double($0.dropFirst(name.count + 1)) }
        }
        let cursor = Int(parameter("cursor") ?? 0)
        let pages = responses[integration - 1]
        var page = cursor
        var isLast = page + 1 == pages.count
        if path[0] == "elaborate" {
            // How many steps ago the window began tells which one it is.
            guard let since = parameter("since") else { return PageServer.notFound }
            let steps = ((Date().timeIntervalSince1970 * 1000 - since) / (10 * 86_400_000)).rounded()
            page = min(windows - 1, max(0, windows - Int(steps))) * pagesAWindow + cursor
            isLast = cursor + 1 == pagesAWindow
        }
        guard pages.indices.contains(page) else { return PageServer.notFound }
        return PageServer.response("{\"items\":[\(pages[page])],\"next\":\(isLast ? "null" : "\"\(cursor + 1)\"")}")
    }
}

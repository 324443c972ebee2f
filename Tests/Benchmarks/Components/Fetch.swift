import Glibc
import HTTPClient

/// Whole pages over HTTP from a server on this machine, which needs a part of the processors itself.
enum FetchBenchmark {
    private static let underWay = 32

    static func run() async throws -> Figure {
        let response = PageServer.response(SamplePages.body)
        let server = try PageServer { _ in response }
        let transport = try CurlTransport(CurlSettings(addresses: AddressPolicy(configuration: "127.0.0.0/8")))
        let request = HTTPRequest(url: "\(server.url)/page")
        let cpu = ProcessFigures.seconds(of: getpid())
        let start = ContinuousClock.now
        let end = start + .seconds(3)
        let pages = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<underWay {
                group.addTask {
                    var pages = 0
                    while ContinuousClock.now < end {
                        let answer = try await transport.send(request)
                        guard answer.status == 200, !answer.body.isEmpty else { throw BenchmarkError("no page came") }
                        pages += 1
                    }
                    return pages
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        let used = ProcessFigures.seconds(of: getpid()) - cpu
        await transport.close()
        server.stop()
        return Figure(
            "fetch_pages_per_s", Double(pages) / elapsed,
            [
                "page_bytes": Double(response.count), "under_way": Double(underWay), "seconds": elapsed,
                "cpu_s_server_included": used,
            ])
    }
}

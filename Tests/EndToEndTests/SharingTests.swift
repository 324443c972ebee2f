import Glibc
import Models
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Several processes of each service at once.
@Suite(.serialized, .alone) struct SharingTests {
    private let seed = UInt64.random(in: 0...99_999)

    private struct Member {
        let process: ServiceProcess
        let port: Int
    }

    @Test func `services share the work, do nothing twice, and the death of any one goes unnoticed`() async throws {
        let seed = seed
        try await withTestDatabase { database in
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: Array(repeating: 250, count: 6), seed: seed,
                settings: QuickSettings.all.merging(["TRIBUTARY_CAPACITY": "4", "TRIBUTARY_LEASE": "8s"]) { $1 })
            let changing = Task { try await Self.keepChanging(world) }
            let outcome = await Self.result { try await Self.share(world) }
            changing.cancel()
            _ = await changing.result
            let found = await Self.result {
                try outcome.get()
                let quiet = try await world.settle(within: .seconds(120))
                return try await world.differences(quietSince: quiet)
            }
            await world.pipeline.stop()
            let differences = try found.get()
            #expect(differences.isEmpty, world.report(differences))
        }
    }

    private static func share(_ world: ScriptedWorld) async throws {
        let pipeline = world.pipeline
        let schedulers = try (0..<2).map { _ in try start("scheduler", pipeline) }
        let retrievers = try (0..<3).map { _ in try start("retriever", pipeline) }
        let processors = try (0..<2).map { _ in try start("processor", pipeline) }
        try await pipeline.wait(for: "everybody to have worked", within: .seconds(120)) {
            for (members, metric) in [
                (schedulers, "tributary_runs_opened_total"), (retrievers, "tributary_runs_claimed_total"),
                (processors, "tributary_interactions_total"),
            ] {
                for member in members {
                    guard let count = try? await ServiceMetrics.sum(of: metric, port: member.port), count > 0 else {
                        return false
                    }
                }
            }
            return true
        }
        // Every run asks from another time on, so no page of any run is like another one.
        let targets = world.server.targets
        let twice = Dictionary(grouping: targets) { $0 }.filter { $0.value.count > 1 }.keys
        #expect(twice.isEmpty, "fetched twice: \(twice.prefix(10).joined(separator: ", ")); \(world.report([]))")
        for members in [schedulers, retrievers, processors] {
            members.first?.process.send(SIGKILL)
        }
    }

    private static func start(_ service: String, _ pipeline: Pipeline) throws -> Member {
        let port = try FreePort.any()
        return Member(process: try pipeline.start(service, ["HTTP_PORT": String(port)]), port: port)
    }

    private static func keepChanging(_ world: ScriptedWorld) async throws {
        var random = ScriptedRandom(seed: world.seed)
        while !Task.isCancelled {
            world.tenants.randomElement(using: &random)?.change(20, seed: random.next())
            try await world.pipeline.pool.query("select pg_sleep(0.2)::text")
        }
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

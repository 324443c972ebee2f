import Foundation
import Kafka
import Models
import Pipeline
import Postgres
import PostgresHarness
import Storage

/// The scheduler over a great many Integration Objects.
enum SchedulerBenchmark {
    private static let perSecond = 1100.0

    static func run(objects: Int) async throws -> [Figure] {
        try await withTestDatabase { database in
            let pipeline = try await Pipeline(database: database, catalog: BenchCatalog.path)
            do {
                let loading = ContinuousClock.now
                let scheduled = try await ScheduledObjects(objects, pool: pipeline.pool)
                print("  \(scheduled.count) objects inserted in \((ContinuousClock.now - loading) / .seconds(1)) s")
                let scan = try await dueScan(scheduled)
                let process = try await scheduler(scheduled, pipeline)
                let dispatch = try await dispatch(scheduled, process)
                let lateness = try await lateness(scheduled, process)
                await pipeline.stop()
                return [scan, dispatch, lateness]
            } catch {
                await pipeline.stop()
                throw error
            }
        }
    }

    /// What one look for due objects costs: the statement's first half, and with the opening of the runs.
    private static func dueScan(_ scheduled: ScheduledObjects) async throws -> Figure {
        let store = PostgresSchedulingStore(database: scheduled.pool)
        try await scheduled.makeDue(22_000, start: 0, every: 0)
        let scans = try await milliseconds(times: 21, expecting: 2000) {
            try await scheduled.pool.query(PostgresSchedulingStore.dueObjects, [.int(2000)]).rows.count
        }
        let openings = try await milliseconds(times: 11, expecting: 2000) { try await store.openDue(limit: 2000) }
        try await scheduled.pool.query("update tributary.object_state set rung_at = now() where state = 'queued'")
        while try await !scheduled.answer(limit: 5000).isEmpty {}
        let idle = try await milliseconds(times: 11, expecting: 0) { try await store.openDue(limit: 2000) }
        return Figure(
            "due_scan_ms", scans[10], aim: "< 50",
            [
                "objects": Double(scheduled.count), "rows": 2000, "slowest": scans[20],
                "nothing_due_ms": idle[5], "open_2000_runs_ms": openings[5], "slowest_opening_ms": openings[10],
            ])
    }

    /// How long `look` takes, the shortest first.
    private static func milliseconds(
        times: Int, expecting found: Int, _ look: () async throws -> Int
    ) async throws -> [Double] {
        var taken: [Double] = []
        for _ in 0..<times {
            let start = ContinuousClock.now
            let seen = try await look()
            taken.append((ContinuousClock.now - start) / .milliseconds(1))
            guard seen == found else { throw BenchmarkError("\(seen) objects were found due instead of \(found)") }
        }
        return taken.sorted()
    }

    /// A real scheduler process that has begun to ring.
    private static func scheduler(_ scheduled: ScheduledObjects, _ pipeline: Pipeline) async throws -> ServiceProcess {
        // Enough that the broker's compiler has seen what it runs.
        let warmUp = 50_000
        try await scheduled.makeDue(warmUp, start: 0, every: 0)
        try await scheduled.pool.query("vacuum analyze tributary.object_state")
        // These providers are in no catalog.
        let configuration = KafkaConfiguration(bootstrapServers: try Surroundings.brokers(), clientID: "bench")
        let topics = TopicNames(prefix: pipeline.topicPrefix)
        try await KafkaAdministration(configuration).ensure(
            (0..<ScheduledObjects.providers).map {
                TopicSpecification(name: topics.syncRequested(provider: "provider\($0)"), partitions: 4)
            })
        let process = try pipeline.start("scheduler")
        _ = try await answered(scheduled, warmUp, within: .seconds(120))
        return process
    }

    /// Answers rings until there were `wanted`: how late each was, in seconds, in their order.
    private static func answered(
        _ scheduled: ScheduledObjects, _ wanted: Int, within patience: Duration
    ) async throws -> [Double] {
        let deadline = ContinuousClock.now + patience
        var late: [Double] = []
        late.reserveCapacity(wanted)
        while late.count < wanted {
            guard ContinuousClock.now < deadline else {
                throw BenchmarkError("only \(late.count) of \(wanted) were rung for")
            }
            late += try await scheduled.answer(limit: 5000)
            try await Task.sleep(for: .milliseconds(20))
        }
        return late.sorted()
    }

    /// Objects that all fall due at one moment: runs opened, chosen in fair order, marked and rung for at the broker,
    /// while somebody answers.
    private static func dispatch(_ scheduled: ScheduledObjects, _ process: ServiceProcess) async throws -> Figure {
        let wanted = 100_000
        try await scheduled.makeDue(wanted, start: 10, every: 0)
        let cpu = ProcessFigures.seconds(of: process.identifier)
        guard let seconds = try await answered(scheduled, wanted, within: .seconds(300)).last else {
            throw BenchmarkError("nothing was rung for")
        }
        return Figure(
            "dispatch_per_s", Double(wanted) / seconds, aim: ">= 15000",
            [
                "dispatches": Double(wanted), "seconds": seconds,
                "scheduler_cpu_s": ProcessFigures.seconds(of: process.identifier) - cpu,
            ])
    }

    /// 1,100 objects a second: from due to rung.
    private static func lateness(_ scheduled: ScheduledObjects, _ process: ServiceProcess) async throws -> Figure {
        let seconds = 45.0
        let wanted = Int(seconds * perSecond)
        try await scheduled.makeDue(wanted, start: 10, every: 1 / perSecond)
        let cpu = ProcessFigures.seconds(of: process.identifier)
        let late = try await answered(scheduled, wanted, within: .seconds(Int(seconds) + 120))
        func share(_ part: Double) -> Double { late[min(late.count - 1, Int(Double(late.count) * part))] * 1000 }
        return Figure(
            "lateness_p99_ms", share(0.99), aim: "<= 1000",
            [
                "due_per_s": perSecond, "rings": Double(late.count), "p50": share(0.5), "p95": share(0.95),
                "max": share(1),
                "scheduler_cpu_s": ProcessFigures.seconds(of: process.identifier) - cpu,
            ])
    }
}

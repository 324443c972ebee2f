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
            let catalog = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Catalog").path
            let pipeline = try await Pipeline(database: database, catalog: catalog)
            do {
                let loading = ContinuousClock.now
                let scheduled = try await ScheduledObjects(objects, pool: pipeline.pool)
                print("  \(scheduled.count) objects inserted in \((ContinuousClock.now - loading) / .seconds(1)) s")
                let scan = try await dueScan(scheduled)
                let dispatch = try await dispatch(scheduled, pipeline)
                let lateness = try await lateness(scheduled, pipeline)
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
        var scans: [Double] = []
        for _ in 0..<21 {
            let start = ContinuousClock.now
            let found = try await scheduled.pool.query(dueQuery, [.int(2000)]).rows.count
            scans.append((ContinuousClock.now - start) / .milliseconds(1))
            guard found == 2000 else { throw BenchmarkError("\(found) objects of 2000 were found due") }
        }
        var openings: [Double] = []
        for _ in 0..<11 {
            let start = ContinuousClock.now
            guard try await store.openDue(limit: 2000) == 2000 else {
                throw BenchmarkError("fewer runs than due objects were opened")
            }
            openings.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        try await scheduled.pool.query("update tributary.object_state set rung_at = now() where state = 'queued'")
        while try await !scheduled.answer(limit: 5000).isEmpty {}
        scans.sort()
        openings.sort()
        return Figure(
            "due_scan_ms", scans[10], aim: "< 50",
            [
                "objects": Double(scheduled.count), "rows": 2000, "slowest": scans[20],
                "open_2000_runs_ms": openings[5], "slowest_opening_ms": openings[10],
            ])
    }

    private static let dueQuery = """
        select object_id from tributary.object_state
        where state = 'idle' and runnable and next_due_at <= clock_timestamp()
        order by next_due_at limit $1 for no key update skip locked
        """

    /// Runs opened, chosen in fair order, marked and rung for at the broker, while somebody answers.
    private static func dispatch(_ scheduled: ScheduledObjects, _ pipeline: Pipeline) async throws -> Figure {
        let wanted = 100_000
        try await scheduled.makeDue(wanted, start: 0, every: 0)
        try await scheduled.pool.query("vacuum analyze tributary.object_state")
        let store = PostgresSchedulingStore(database: scheduled.pool)
        let configuration = KafkaConfiguration(bootstrapServers: try Surroundings.brokers(), clientID: "bench")
        let topics = TopicNames(prefix: pipeline.topicPrefix)
        try await KafkaAdministration(configuration).ensure(
            (0..<ScheduledObjects.providers).map {
                TopicSpecification(name: topics.syncRequested(provider: "provider\($0)"), partitions: 4)
            })
        let producer = try KafkaProducer(configuration)
        let answering = Task {
            var answered = 0
            while answered < wanted { answered += try await scheduled.answer(limit: 5000).count }
        }
        var time = [String: Double]()
        func timed<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
            let start = ContinuousClock.now
            let value = try await body()
            time[name, default: 0] += (ContinuousClock.now - start) / .seconds(1)
            return value
        }
        let start = ContinuousClock.now
        var rung = 0
        while rung < wanted {
            guard ContinuousClock.now < start + .seconds(300) else {
                throw BenchmarkError("only \(rung) of \(wanted) were rung for")
            }
            _ = try await timed("open_s") { try await store.openDue(limit: 2000) }
            for provider in try await store.providersWaiting() {
                let rings = try await timed("ring_s") { try await store.ring(provider: provider, minimum: 16) }
                try await timed("produce_s") { try await producer.produce(rings.map { $0.message(topics: topics) }) }
                rung += rings.count
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try await answering.value
        await producer.close()
        var numbers: [(name: String, value: Double)] = [
            (name: "dispatches", value: Double(rung)), (name: "seconds", value: seconds),
        ]
        for (name, value) in time.sorted(by: { $0.key < $1.key }) { numbers.append((name: name, value: value)) }
        return Figure("dispatch_per_s", Double(rung) / seconds, aim: ">= 15000", numbers: numbers)
    }

    /// A real scheduler process at 1,100 objects a second: from due to rung.
    private static func lateness(_ scheduled: ScheduledObjects, _ pipeline: Pipeline) async throws -> Figure {
        let seconds = 45.0
        let warmUp = 400
        try await scheduled.makeDue(warmUp, start: 0, every: 0)
        try await scheduled.pool.query("vacuum analyze tributary.object_state")
        let process = try pipeline.start("scheduler")
        var warm = 0
        while warm < warmUp {
            warm += try await scheduled.answer(limit: 5000).count
            try await scheduled.pool.query("select pg_sleep(0.02)::text")
        }
        let wanted = Int(seconds * perSecond)
        try await scheduled.makeDue(wanted, start: 10, every: 1 / perSecond)
        let cpu = ProcessFigures.seconds(of: process.identifier)
        let deadline = ContinuousClock.now + .seconds(Int(seconds) + 120)
        var late: [Double] = []
        late.reserveCapacity(wanted)
        while late.count < wanted {
            guard ContinuousClock.now < deadline else {
                throw BenchmarkError("only \(late.count) of \(wanted) were rung for")
            }
            late += try await scheduled.answer(limit: 5000)
            try await scheduled.pool.query("select pg_sleep(0.02)::text")
        }
        late.sort()
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

import Foundation
import Glibc
import Pipeline
import Synchronization

/// Kills and stops the processes of a pipeline, and starts others in their place.
final class Chaos: Sendable {
    static let services = ["scheduler", "retriever", "processor"]
    /// The named points, with the service that passes each.
    static let points: [(name: String, service: String)] = [
        ("declared-not-produced", "retriever"), ("produced-not-acknowledged", "retriever"),
        ("acknowledged-not-marked", "retriever"), ("stored-offset-not-committed", "processor"),
        ("committed-not-published", "processor"), ("inside-closing-statement", "scheduler"),
    ]

    private let pipeline: Pipeline
    private let settings: [String: String]
    private let running = Mutex<[String: [ServiceProcess]]>([:])
    private let random: Mutex<ScriptedRandom>
    private let counted = Mutex<[String: Int]>([:])

    init(pipeline: Pipeline, seed: UInt64, settings: [String: String] = [:]) {
        self.pipeline = pipeline
        self.settings = settings
        random = Mutex(ScriptedRandom(seed: seed))
    }

    /// How often each service was killed and each point hit.
    var counts: [String: Int] { counted.withLock { $0 } }

    /// Starts so many processes of each service.
    func start(schedulers: Int, retrievers: Int, processors: Int) throws {
        for (service, count) in zip(Self.services, [schedulers, retrievers, processors]) {
            for _ in 0..<count { try startOne(service) }
        }
    }

    @discardableResult
    private func startOne(_ service: String, _ more: [String: String] = [:]) throws -> ServiceProcess {
        let process = try pipeline.start(service, settings.merging(more) { $1 })
        running.withLock { $0[service, default: []].append(process) }
        return process
    }

    /// Kills one process of `service` with -9 and starts another.
    func killAny(_ service: String) async throws {
        let victim = take(service)
        guard let victim else { return }
        victim.send(SIGKILL)
        _ = await victim.waitForEnd()
        note("kill -9 \(service)")
        try startOne(service)
    }

    /// Puts a process that will kill itself at `point` in the place of another one, and waits until it has.
    func kill(at point: String, of service: String, pass: Int) async throws {
        let replaced = take(service)
        replaced?.send(SIGKILL)
        _ = await replaced?.waitForEnd()
        note("kill -9 \(service)")
        // The others of the service go on; the armed one gets its share of the work, and so to the point.
        let armed = try pipeline.start(service, settings.merging(["TRIBUTARY_FAULT_POINT": "\(point):\(pass)"]) { $1 })
        guard await armed.waitForEnd() == .killed(SIGKILL) else {
            throw PipelineError("a \(service) armed for \(point) ended by itself; logs in \(pipeline.logs)")
        }
        note("kill -9 \(service)")
        note(point)
        try startOne(service)
    }

    /// Stops a retriever for longer than its lease, then lets it go on.
    func freezeRetriever(for duration: Duration) async throws {
        guard let victim = running.withLock({ $0["retriever"]?.first }) else { return }
        victim.send(SIGSTOP)
        try await pipeline.pool.query("select pg_sleep(\(duration / .seconds(1)))::text")
        victim.send(SIGCONT)
        note("SIGSTOP retriever")
    }

    /// A number from the seed.
    func number(in range: ClosedRange<Int>) -> Int { random.withLock { Int.random(in: range, using: &$0) } }

    /// One of the services, from the seed.
    func anyService() -> String { Self.services[number(in: 0...2)] }

    private func take(_ service: String) -> ServiceProcess? {
        running.withLock { state in
            guard let count = state[service]?.count, count > 0 else { return nil }
            return state[service]?.removeFirst()
        }
    }

    private func note(_ what: String) { counted.withLock { $0[what, default: 0] += 1 } }
}

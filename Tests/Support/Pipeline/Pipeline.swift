import Foundation
import Glibc
import Models
import Postgres
import PostgresHarness
import Synchronization

/// Tributary under test: a database and topics of its own, and real processes.
public final class Pipeline: Sendable {
    /// The database.
    public let database: TestDatabase
    /// What its topics start with.
    public let topicPrefix: String
    /// A superuser's pool.
    public let pool: PostgresPool
    /// The brokers that the processes talk to, host:port.
    public let brokers: String
    /// The key that credentials are sealed with, in Base64.
    public let key: String
    private let folder: String
    private let settings: [String: String]
    private let processes = Mutex<[ServiceProcess]>([])
    private let started = Mutex(0)

    /// A pipeline in `database` over the provider definitions in `catalog`. `settings` are further environment variables
    /// of the services; `brokers` are others than those that all suites share.
    public init(
        database: TestDatabase, catalog: String, brokers: String? = nil, settings: [String: String] = [:]
    ) async throws {
        self.database = database
        topicPrefix = "test\(UInt32.random(in: 0...UInt32.max))."
        pool = database.pool(connections: 4, waitForServer: .seconds(60))
        self.brokers = if let brokers { brokers } else { try Surroundings.brokers() }
        folder = NSTemporaryDirectory() + "/tributary-\(database.name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        self.settings = [
            "KAFKA_BOOTSTRAP_SERVERS": self.brokers, "TRIBUTARY_TOPIC_PREFIX": topicPrefix,
            "TRIBUTARY_CATALOG": catalog, "TRIBUTARY_KEYS": "test:\(key)",
            "TRIBUTARY_ALLOW_ADDRESSES": "127.0.0.0/8", "HTTP_PORT": "0", "HTTP_ADDRESS": "127.0.0.1",
            "TRIBUTARY_RECORD_PARTITIONS": "4", "TRIBUTARY_DOORBELL_PARTITIONS": "4",
        ].merging(settings) { $1 }
        try await run("tributary", ["migrate"], role: nil)
    }

    /// Where the logs are.
    public var logs: String { folder }

    private func environment(role: String?, _ more: [String: String]) -> [String: String] {
        var all = ProcessInfo.processInfo.environment.filter { Surroundings.inherited.contains($0.key) }
        all.merge(settings) { $1 }
        all["TRIBUTARY_POSTGRES"] = role.map { database.connectionString(as: $0) } ?? database.connectionString
        all.merge(more) { $1 }
        return all
    }

    /// Starts a service under its own role; `settings` are further environment variables of this one process.
    @discardableResult
    public func start(_ service: String, _ settings: [String: String] = [:]) throws -> ServiceProcess {
        let number = started.withLock { count in
            count += 1
            return count
        }
        let process = try ServiceProcess(
            service, environment: environment(role: "tributary_\(service)", settings),
            log: "\(folder)/\(service)-\(number).log")
        processes.withLock { $0.append(process) }
        return process
    }

    /// Runs a command of `tributary` and returns what it printed, errors included.
    /// - Throws: `PipelineError` with its output unless it exits with 0.
    @discardableResult
    public func tributary(_ arguments: String..., settings: [String: String] = [:]) async throws -> String {
        try await run("tributary", arguments, role: "tributary_operator", settings)
    }

    /// As above.
    @discardableResult
    public func tributary(_ arguments: [String], settings: [String: String]) async throws -> String {
        try await run("tributary", arguments, role: "tributary_operator", settings)
    }

    /// Starts a command of `tributary` and leaves it to the test what to do with it; `stop` ends it too.
    public func begin(_ arguments: [String], settings: [String: String] = [:]) throws -> ServiceProcess {
        try launch("tributary", arguments, environment(role: "tributary_operator", settings))
    }

    /// Starts any other program beside the services, with `environment` alone; `stop` ends it too.
    public func launch(
        _ executable: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> ServiceProcess {
        let number = started.withLock { count in
            count += 1
            return count
        }
        let name = executable.split(separator: "/").last.map(String.init) ?? executable
        let process = try ServiceProcess(
            executable, arguments: arguments, environment: environment, log: "\(folder)/\(name)-\(number).log")
        processes.withLock { $0.append(process) }
        return process
    }

    @discardableResult
    private func run(
        _ executable: String, _ arguments: [String], role: String?, _ settings: [String: String] = [:]
    ) async throws -> String {
        let number = started.withLock { count in
            count += 1
            return count
        }
        let log = "\(folder)/\(executable)-\(number).log"
        let process = try ServiceProcess(
            executable, arguments: arguments, environment: environment(role: role, settings), log: log)
        let end = await process.waitForEnd()
        let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        guard end == .exited(0) else {
            throw PipelineError("\(executable) \(arguments.joined(separator: " ")) ended with \(end): \(output)")
        }
        return output
    }

    /// Writes a file into the pipeline's folder and returns its path.
    public func write(_ text: String, to name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Everything that the processes have written.
    public func allLogs() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }.sorted()
            .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
    }

    /// Ends every process that still runs.
    public func stop() async {
        let all = processes.withLock { $0 }
        for process in all {
            process.send(SIGCONT)
            process.send(SIGKILL)
        }
        for process in all { _ = await process.waitForEnd() }
    }

    /// Looks at the database until `condition` (SQL, one boolean) holds.
    /// - Throws: `PipelineError` with `what` and the state of all runs when `patience` is over.
    public func wait(for what: String, within patience: Duration, until condition: String) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while try await pool.query("select (\(condition)) as fulfilled").rows.first?.bool("fulfilled") != true {
            guard clock.now < deadline else {
                throw PipelineError("waited \(patience) for \(what); \(try await describeRuns()); logs in \(folder)")
            }
            // The database is asked, since nothing else tells what several processes have done together.
            try await pool.query("select pg_sleep(0.1)::text")
        }
    }

    /// Looks again and again until `condition` holds, for what the database does not know.
    /// - Throws: `PipelineError` with `what` and the state of all runs when `patience` is over.
    public func wait(
        for what: String, within patience: Duration, until condition: () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while !(try await condition()) {
            guard clock.now < deadline else {
                throw PipelineError("waited \(patience) for \(what); \(try await describeRuns()); logs in \(folder)")
            }
            try await pool.query("select pg_sleep(0.05)::text")
        }
    }

    private func describeRuns() async throws -> String {
        let result = try await pool.query(
            """
            select o.object || ' ' || s.state || ' run ' || s.run_number || ' attempt ' || s.attempt
              || coalesce(' ' || s.failure_class || ': ' || s.failure_cause, '')
              || ' open records ' || coalesce((select sum(p.expected - p.stored_count - p.unchanged_count - p.rejected_count)
                   from tributary.pages p where p.object_id = s.object_id), 0) as line
            from tributary.object_state s join tributary.integration_objects o on o.id = s.object_id
            -- Those that something is wrong with first, and no more than can be read.
            order by s.failure_class is null, s.last_synced_at is not null, s.object_id limit 20
            """)
        return try result.rows.map { try $0.text("line") }.joined(separator: "; ")
    }
}

import Foundation

/// A broker of a test's own, which it may take away from under the services.
public struct PrivateBroker: Sendable {
    /// Where clients find it.
    public let address: String
    private let port: Int
    private let folder: String

    /// Starts an empty broker of the kind that this test run is for.
    public init() async throws {
        port = try FreePort.any()
        address = "127.0.0.1:\(port)"
        folder = NSTemporaryDirectory() + "/tributary-broker-\(port)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await control("start")
    }

    /// Kills it, deletes everything it held, and starts it again, empty.
    public func lose() async throws {
        try await control("kill")
        try await control("wipe")
        try await control("start")
    }

    /// Ends it for good.
    public func remove() async throws {
        try await control("kill")
        try FileManager.default.removeItem(atPath: folder)
    }

    private func control(_ action: String) async throws {
        try await ControlScript.run(
            try Surroundings.brokerControl(), [action, folder, String(port)], log: "\(folder)/control.log")
    }
}

/// Runs `body` with an empty broker of its own, which ends with it.
public func withPrivateBroker(_ body: (PrivateBroker) async throws -> Void) async throws {
    let broker = try await PrivateBroker()
    do {
        try await body(broker)
    } catch {
        try await broker.remove()
        throw error
    }
    try await broker.remove()
}

/// The Postgres that the tests share.
public enum TestPostgres {
    /// Stops it, which ends all connections, and starts it again.
    public static func restart(port: String) async throws {
        let log = NSTemporaryDirectory() + "/tributary-postgres-\(UInt32.random(in: 0...UInt32.max)).log"
        try await ControlScript.run(
            try Surroundings.postgresControl(), ["restart", try Surroundings.postgresFolder(), port], log: log)
        try FileManager.default.removeItem(atPath: log)
    }
}

/// A script of deploy/lib.
private enum ControlScript {
    static func run(_ script: String, _ arguments: [String], log: String) async throws {
        let environment = ProcessInfo.processInfo.environment.filter { Surroundings.inherited.contains($0.key) }
        let process = try ServiceProcess(script, arguments: arguments, environment: environment, log: log)
        guard await process.waitForEnd() == .exited(0) else {
            throw PipelineError(
                "\(script) \(arguments.joined(separator: " ")) failed: \((try? process.output()) ?? "")")
        }
    }
}

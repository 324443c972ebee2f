import Foundation
import Glibc
import Synchronization

/// One process of Tributary under test.
public final class ServiceProcess: Sendable {
    /// How a process ended.
    public enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    /// What was started.
    public let name: String
    /// Where its output goes.
    public let log: String
    private let process: Int32
    /// Its process id.
    public var identifier: Int32 { process }
    private let end = Mutex<(end: End?, waiters: [CheckedContinuation<End, Never>])>((nil, []))

    /// Starts `executable`, a path or a name in the folder that TRIBUTARY_BIN names, its output going to `log`.
    public init(_ executable: String, arguments: [String] = [], environment: [String: String], log: String) throws {
        name = executable
        self.log = log
        let path = try executable.hasPrefix("/") ? executable : Surroundings.binaries() + "/" + executable
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, path, &actions, nil, &arguments, &variables)
        guard code == 0 else { throw PipelineError("\(path) cannot be started: \(String(cString: strerror(code)))") }
        process = identifier
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            finish(signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal))
        }
    }

    private func finish(_ outcome: End) {
        let waiters = end.withLock { state in
            state.end = outcome
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    /// How it ended, nil while it runs.
    public var outcome: End? { end.withLock { $0.end } }

    /// Returns when it has ended.
    public func waitForEnd() async -> End {
        await withCheckedContinuation { continuation in
            let ended = end.withLock { state in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end
            }
            if let ended { continuation.resume(returning: ended) }
        }
    }

    /// What it has written so far.
    public func output() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }

    /// The most memory that it has ever had resident, in bytes.
    /// - Throws: `PipelineError` if it does not run any more.
    public func peakMemory() throws -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw PipelineError("\(name) does not run: \(outcome.map { "\($0)" } ?? "no memory in /proc")")
        }
        return kilobytes << 10
    }

    /// Sends a signal, if it still runs.
    public func send(_ signal: Int32) {
        end.withLock { state in
            if state.end == nil { kill(process, signal) }
        }
    }
}

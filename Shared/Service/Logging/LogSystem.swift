import Synchronization

/// Where the lines of all loggers go. A program has one (`shared`); a test makes its own.
public final class LogSystem: Sendable {
    /// The one of the program. Until it is configured it writes text to standard error from level info.
    public static let shared = LogSystem(output: LogWriter.standardError)

    private struct State {
        var output: any LogOutput
        var format: LogFormat
        var levels: LogLevels
        var base: [LogKey: LogValue] = [:]
        var channels: [String: LogChannel] = [:]
    }
    private let state: Mutex<State>

    /// A system that writes to `output`.
    public init(output: any LogOutput, format: LogFormat = .text, levels: LogLevels = LogLevels()) {
        state = Mutex(State(output: output, format: format, levels: levels))
    }

    /// Changes what is logged and how, for loggers that exist, too.
    /// - Parameter base: what every JSON line carries, such as the service's name.
    public func configure(format: LogFormat, levels: LogLevels, base: [LogKey: LogValue] = [:]) {
        state.withLock { state in
            state.format = format
            state.levels = levels
            state.base = base
            for (label, channel) in state.channels { channel.set(levels[label]) }
        }
    }

    /// Waits until everything written so far is out, at most two seconds. To be called before a program ends.
    public func flush() { state.withLock { $0.output }.flush() }

    func channel(_ label: String) -> LogChannel {
        state.withLock { state in
            if let channel = state.channels[label] { return channel }
            let channel = LogChannel(level: state.levels[label])
            state.channels[label] = channel
            return channel
        }
    }

    func write(_ line: LogLine) {
        let (output, format, base) = state.withLock { ($0.output, $0.format, $0.base) }
        output.write(format == .json ? line.json(base) : line.text(base))
    }
}

/// Takes finished lines. Implementations: `LogWriter` (a file descriptor) and `MemoryLogOutput`.
public protocol LogOutput: Sendable {
    /// Takes one line with its line feed, without waiting for the outside.
    func write(_ line: [UInt8])
    /// Waits, for a bounded time, until what was taken is out.
    func flush()
}

/// Keeps lines for a test.
public final class MemoryLogOutput: LogOutput {
    private let kept = Mutex<[String]>([])

    /// An empty one.
    public init() {}

    /// The lines so far, without line feeds.
    public var lines: [String] { kept.withLock { $0 } }

    /// Takes one piece of text.
    public func write(_ line: [UInt8]) {
        kept.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) }
    }

    /// Waits until what was taken is out.
    public func flush() {}
}

import Synchronization

/// Writes lines under one label. Shaped like swift-log's, so that it could replace this one in an afternoon; messages
/// are static, what changes goes under keys.
public struct Logger: Sendable {
    /// What an application would name: `scheduler.due`, `kafka`.
    public let label: String
    private let system: LogSystem
    private let channel: LogChannel
    private var context: [LogKey: LogValue] = [:]

    /// A logger whose lines go to `system`.
    public init(label: String, system: LogSystem = .shared) {
        self.label = label
        self.system = system
        channel = system.channel(label)
    }

    /// What every line of this logger carries; the line's own value wins.
    public subscript(key: LogKey) -> LogValue? {
        get { context[key] }
        set { context[key] = newValue }
    }

    /// A logger whose lines carry `values` as well.
    public func with(_ values: [LogKey: LogValue]) -> Logger {
        var copy = self
        copy.context.merge(values) { $1 }
        return copy
    }

    /// Whether lines of `level` are written.
    public func logs(_ level: LogLevel) -> Bool { channel.logs(level) }

    /// Writes a line if its level is wanted; the values are not computed otherwise. Never waits for a disk or a pipe.
    public func log(_ level: LogLevel, _ message: StaticString, _ values: @autoclosure () -> [LogKey: LogValue] = [:]) {
        guard channel.logs(level) else { return }
        let all = context.isEmpty ? values() : context.merging(values()) { $1 }
        system.write(LogLine(time: SystemClock().now, level: level, label: label, message: message, values: all))
    }

    /// For whoever looks for a fault.
    public func debug(_ message: StaticString, _ values: @autoclosure () -> [LogKey: LogValue] = [:]) {
        log(.debug, message, values())
    }

    /// Something a person may want to know happened.
    public func info(_ message: StaticString, _ values: @autoclosure () -> [LogKey: LogValue] = [:]) {
        log(.info, message, values())
    }

    /// Something is wrong, and it goes on.
    public func warning(_ message: StaticString, _ values: @autoclosure () -> [LogKey: LogValue] = [:]) {
        log(.warning, message, values())
    }

    /// Something failed.
    public func error(_ message: StaticString, _ values: @autoclosure () -> [LogKey: LogValue] = [:]) {
        log(.error, message, values())
    }
}

/// The level of one label, which can change while loggers exist.
final class LogChannel: Sendable {
    private let least: Atomic<UInt8>

    init(level: LogLevel) { least = Atomic(level.rank) }

    func logs(_ level: LogLevel) -> Bool { level.rank >= least.load(ordering: .relaxed) }

    func set(_ level: LogLevel) { least.store(level.rank, ordering: .relaxed) }
}

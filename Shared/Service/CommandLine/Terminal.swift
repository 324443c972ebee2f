import Glibc
import Synchronization

/// Where a command writes what it has to say.
public protocol Terminal: Sendable {
    /// Writes text to standard output, as it is.
    func write(_ text: String)
    /// Writes a line to standard error.
    func complain(_ line: String)
    /// Shows how far something long has come, where a person is looking; replaces what was shown before.
    func progress(_ line: String)
}

extension Terminal {
    /// Writes a line to standard output.
    public func print(_ line: String = "") { write(line + "\n") }
}

/// The real standard output and error.
public final class StandardTerminal: Terminal {
    private let hasProgress = Mutex(false)

    /// The terminal of the process.
    public init() {}

    /// Takes one piece of text.
    public func write(_ text: String) {
        clearProgress()
        Self.write(text, to: 1)
    }

    /// Takes one line for standard error.
    public func complain(_ line: String) {
        clearProgress()
        Self.write(line + "\n", to: 2)
    }

    /// Takes the state of something long.
    public func progress(_ line: String) {
        guard isatty(2) == 1 else { return }
        hasProgress.withLock { $0 = true }
        Self.write("\r\u{1B}[K" + line, to: 2)
    }

    private func clearProgress() {
        let isThere = hasProgress.withLock { isThere in
            defer { isThere = false }
            return isThere
        }
        if isThere { Self.write("\r\u{1B}[K", to: 2) }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A closed pipe, as with `| head`: there is nobody to tell.
            if count < 0 && errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}

/// Keeps what is written, for tests.
public final class MemoryTerminal: Terminal {
    private let state = Mutex((output: "", errors: ""))

    /// An empty one.
    public init() {}

    /// What was written to standard output.
    public var output: String { state.withLock { $0.output } }
    /// What was written to standard error.
    public var errors: String { state.withLock { $0.errors } }

    /// Takes one piece of text.
    public func write(_ text: String) { state.withLock { $0.output += text } }
    /// Takes one line for standard error.
    public func complain(_ line: String) { state.withLock { $0.errors += line + "\n" } }
    /// Takes the state of something long.
    public func progress(_ line: String) {}
}

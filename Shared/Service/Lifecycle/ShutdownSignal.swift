import Models
import Synchronization

/// Says that it is time to end: once, for good, to whoever asks or waits.
public final class ShutdownSignal: Sendable {
    private struct State {
        var isTriggered = false
        var nextID: UInt64 = 0
        var handlers: [UInt64: @Sendable () -> Void] = [:]
    }
    private let state = Mutex(State())
    private let flag = Atomic<Bool>(false)

    /// A signal that has not been given.
    public init() {}

    /// Whether it is time to end. Costs one load.
    public var isShuttingDown: Bool { flag.load(ordering: .acquiring) }

    /// Gives the signal; the second time does nothing.
    public func trigger() {
        let handlers = state.withLock { state in
            guard !state.isTriggered else { return [@Sendable () -> Void]() }
            state.isTriggered = true
            flag.store(true, ordering: .releasing)
            defer { state.handlers = [:] }
            return state.handlers.sorted { $0.key < $1.key }.map(\.value)
        }
        for handler in handlers { handler() }
    }

    /// What ``onShutdown(_:)`` gives, to take the handler back.
    public struct Registration: Sendable {
        fileprivate let signal: ShutdownSignal
        fileprivate let id: UInt64

        /// Takes the handler back; one that runs already is not stopped.
        public func remove() { signal.state.withLock { _ = $0.handlers.removeValue(forKey: id) } }
    }

    /// Calls `handler` once when the signal is given, at once if it has been. It must not wait.
    @discardableResult
    public func onShutdown(_ handler: @escaping @Sendable () -> Void) -> Registration {
        let (id, isTriggered) = state.withLock { state in
            state.nextID += 1
            if !state.isTriggered { state.handlers[state.nextID] = handler }
            return (state.nextID, state.isTriggered)
        }
        if isTriggered { handler() }
        return Registration(signal: self, id: id)
    }

    /// Returns when the signal is given or the task is cancelled.
    public func wait() async {
        let waiter = Waiter()
        let registration = onShutdown { waiter.wake() }
        defer { registration.remove() }
        await withTaskCancellationHandler {
            await waiter.wait()
        } onCancel: {
            waiter.wake()
        }
    }

    /// Waits `duration`, but not past the signal.
    /// - Returns: whether to go on: false if it is time to end or the task was cancelled.
    public func sleep(for duration: Duration, clock: some WallClock) async -> Bool {
        do {
            try await cancelling { try await clock.sleep(for: duration) }
            return !isShuttingDown
        } catch {
            return false
        }
    }

    /// Runs `operation` and cancels it when the signal is given.
    /// - Throws: what `operation` throws; a cancelled one usually throws `CancellationError`.
    public func cancelling<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await operation() }
        let registration = onShutdown { task.cancel() }
        defer { registration.remove() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

/// One wait that one wake ends, whichever comes first.
private final class Waiter: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        case woken
    }
    private let state = Mutex(State.idle)

    func wait() async {
        await withCheckedContinuation { continuation in
            let isWoken = state.withLock { state in
                if case .woken = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isWoken { continuation.resume() }
        }
    }

    func wake() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .woken }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }
}

import Models
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: WallClock {
    private struct Sleeper {
        let id: UInt64
        let wakeAt: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }
    private struct Watcher {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }
    private struct State {
        var now: Timestamp
        var nextID: UInt64 = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var watchers: [Watcher] = []
    }
    private let state: Mutex<State>

    /// A clock that shows `now`.
    public init(now: Timestamp = Timestamp(seconds: 1_750_000_000)) { state = Mutex(State(now: now)) }

    /// The time it was moved to.
    public var now: Timestamp { state.withLock { $0.now } }

    /// How many are asleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the time on and wakes those whose time has come, the earliest first.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now + duration
            let due = state.sleepers.filter { $0.wakeAt <= state.now }.sorted {
                ($0.wakeAt, $0.id) < ($1.wakeAt, $1.id)
            }
            state.sleepers.removeAll { $0.wakeAt <= state.now }
            return due
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Returns when at least `count` are asleep, so that a test can move the time without racing its subject.
    public func untilAsleep(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Returns when the time has been moved on by `duration`.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { add(id, duration, $0) }
        } onCancel: {
            cancel(id)
        }
    }

    private func add(_ id: UInt64, _ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isCancelled, watchers) = state.withLock { state -> (Bool, [Watcher]) in
            if state.cancelled.remove(id) != nil { return (true, []) }
            state.sleepers.append(Sleeper(id: id, wakeAt: state.now + duration, continuation: continuation))
            let satisfied = state.watchers.filter { $0.count <= state.sleepers.count }
            state.watchers.removeAll { $0.count <= state.sleepers.count }
            return (false, satisfied)
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.continuation.resume() }
    }

    private func cancel(_ id: UInt64) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                // Either woken already, or not asleep yet: then `add` finds it here.
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}

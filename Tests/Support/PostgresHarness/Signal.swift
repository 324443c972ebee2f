import Synchronization

/// Something that happens once, and that tests wait for instead of sleeping.
public final class Signal: Sendable {
    private struct State {
        var isSet = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// A signal that was not given yet.
    public init() {}

    /// Gives the signal; again is no harm.
    public func give() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isSet = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the signal is given.
    public func wait() async {
        await withCheckedContinuation { continuation in
            let isSet = state.withLock { state in
                if !state.isSet { state.waiters.append(continuation) }
                return state.isSet
            }
            if isSet { continuation.resume() }
        }
    }
}

/// What was noted, in order, by any thread.
public final class Log<Entry: Sendable>: Sendable {
    private let all = Mutex<[Entry]>([])

    /// An empty log.
    public init() {}

    /// Notes `entry`.
    public func note(_ entry: Entry) { all.withLock { $0.append(entry) } }

    /// Everything noted so far.
    public var entries: [Entry] { all.withLock { $0 } }
}

/// Yields until `condition` holds: for state of another party that gives no signal. The time limit of the test ends it.
public func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}

import Models
import Storage
import Synchronization

/// The runs under way in this process, and the slots that are free for more.
package final class RunRoster: Sendable {
    private struct State {
        var entries: [RunClaim: @Sendable (Stop) -> Void] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Why a run is to end.
    package enum Stop: Sendable {
        /// It is to be handed back.
        case handBack
        /// It belongs to someone else by now.
        case abandon
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// A roster of `capacity` slots.
    package init(capacity: Int) { self.capacity = capacity }

    /// Slots that are free.
    package var freeSlots: Int { state.withLock { max(0, capacity - $0.entries.count) } }

    /// The objects being retrieved.
    package var objects: [Int64] { state.withLock { $0.entries.keys.map(\.objectID) } }

    /// The claims of the runs under way.
    package var claims: [RunClaim] { state.withLock { Array($0.entries.keys) } }

    /// Adds a run; `stop` is called when it is to end early.
    package func add(_ claim: RunClaim, stop: @escaping @Sendable (Stop) -> Void) {
        state.withLock { $0.entries[claim] = stop }
    }

    /// Removes a run that has ended.
    package func remove(_ claim: RunClaim) {
        let waiters = state.withLock { state in
            state.entries[claim] = nil
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Tells every run to end.
    package func stopAll(_ reason: Stop) {
        let stops = state.withLock { Array($0.entries.values) }
        for stop in stops { stop(reason) }
    }

    /// Returns when a run has ended, or at once if there is none.
    package func waitForAnEnd() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.entries.isEmpty { return true }
                state.waiters.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Returns when all runs have ended.
    package func waitUntilEmpty() async {
        while freeSlots < capacity { await waitForAnEnd() }
    }
}

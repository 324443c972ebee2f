import Synchronization

/// Passes the wish that a run end on to its task, which may not have begun when the wish comes.
final class RunStop: Sendable {
    private struct State {
        var wish: RunRoster.Stop?
        var task: (@Sendable (RunRoster.Stop) -> Void)?
    }
    private let state = Mutex(State())

    /// The run is to end.
    func stop(_ wish: RunRoster.Stop) {
        let task = state.withLock { state in
            state.wish = wish
            return state.task
        }
        task?(wish)
    }

    /// From now on `task` is told.
    func follow(_ task: @escaping @Sendable (RunRoster.Stop) -> Void) {
        let wish = state.withLock { state in
            state.task = task
            return state.wish
        }
        if let wish { task(wish) }
    }
}

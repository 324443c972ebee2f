internal import CLibPQ
import Dispatch

/// Asks the server to stop the statement that a connection runs, from any thread, and never the one after it.
final class StatementCanceller: @unchecked Sendable {
    private struct State {
        var lastID: UInt64 = 0
        var running: UInt64?
        var wasAsked = false
    }

    private let request: OpaquePointer
    private let state = Guarded(State())

    /// For the open connection `connection`.
    init?(_ connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else { return nil }
        self.request = request
    }

    deinit { PQfreeCancel(request) }

    /// A number for the statement that is about to run.
    func next() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// The statement `id` runs from here to `end()`.
    func begin(_ id: UInt64) {
        state.withLock { state in
            state.running = id
            state.wasAsked = false
        }
    }

    /// The statement ended; answers whether it was asked to stop.
    func end() -> Bool {
        state.withLock { state in
            state.running = nil
            return state.wasAsked
        }
    }

    /// Stops the statement `id` if it still runs. Returns at once: the request needs a connection of its own.
    ///
    /// The server ignores a request that overtakes its statement on the way, so it is repeated until the statement ends.
    func cancel(_ id: UInt64, attempt: Int = 0) {
        let pause = attempt == 0 ? 0 : 20 << min(attempt, 6)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(pause)) { [self] in
            // The lock is held while the request is under way, so that no other statement can begin meanwhile.
            let isRunning = state.withLock { state in
                guard state.running == id else { return false }
                var reason = [CChar](repeating: 0, count: 256)
                if PQcancel(request, &reason, Int32(reason.count)) == 1 { state.wasAsked = true }
                return true
            }
            if isRunning { cancel(id, attempt: attempt + 1) }
        }
    }
}

internal import CLibPQ
import Dispatch
import Glibc

/// Asks the server to stop the statement that a connection runs, from any thread, and never the one after it.
final class StatementCanceller: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let request: OpaquePointer
    private var running: UInt64?
    private var sent = false
    private var lastID: UInt64 = 0

    /// For the open connection `connection`.
    init?(_ connection: OpaquePointer) {
        guard let request = PQgetCancel(connection) else {
            lock.deallocate()
            return nil
        }
        self.request = request
        pthread_mutex_init(lock, nil)
    }

    deinit {
        PQfreeCancel(request)
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// A number for the statement that is about to run.
    func next() -> UInt64 {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        lastID += 1
        return lastID
    }

    /// The statement `id` runs from here to `end()`.
    func begin(_ id: UInt64) {
        pthread_mutex_lock(lock)
        running = id
        sent = false
        pthread_mutex_unlock(lock)
    }

    /// The statement ended; answers whether it was asked to stop.
    func end() -> Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        running = nil
        return sent
    }

    /// Stops the statement `id` if it still runs. Returns at once: the request needs a connection of its own.
    ///
    /// The server ignores a request that overtakes its statement on the way, so it is repeated until the statement ends.
    func cancel(_ id: UInt64, attempt: Int = 0) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(attempt == 0 ? 0 : 20 << min(attempt, 6))) {
            [self] in
            // The lock is held while the request is under way, so that no other statement can begin meanwhile.
            pthread_mutex_lock(lock)
            let isRunning = running == id
            if isRunning {
                var reason = [CChar](repeating: 0, count: 256)
                if PQcancel(request, &reason, Int32(reason.count)) == 1 { sent = true }
            }
            pthread_mutex_unlock(lock)
            if isRunning { cancel(id, attempt: attempt + 1) }
        }
    }
}

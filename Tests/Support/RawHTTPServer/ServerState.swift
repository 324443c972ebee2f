import Foundation
import Glibc

/// What the threads of a server share, behind one lock.
final class ServerState: @unchecked Sendable {
    private struct Waiter {
        let id: UUID
        let condition: @Sendable (RawServerLog) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private let lock = NSLock()
    private var history = RawServerLog()
    private var sockets: [Int: Int32] = [:]
    private var gates: [ObjectIdentifier: Gate] = [:]
    private var waiters: [Waiter] = []
    private var isStopped = false

    var log: RawServerLog { lock.withLock { history } }

    /// Registers a connection; nil once the server has stopped.
    func opened(_ socket: Int32) -> Int? {
        let number: Int? = lock.withLock {
            guard !isStopped else { return nil }
            history.connections += 1
            sockets[history.connections] = socket
            return history.connections
        }
        note { _ in }
        return number
    }

    /// Forgets a connection; `close` runs under the lock, so that its number cannot be another's by the time of a stop.
    func closed(_ number: Int, close: () -> Void) {
        lock.withLock {
            sockets[number] = nil
            close()
        }
    }

    func note(_ change: (inout RawServerLog) -> Void) {
        let served: [Waiter] = lock.withLock {
            change(&history)
            let served = waiters.filter { $0.condition(history) }
            waiters.removeAll { $0.condition(history) }
            return served
        }
        for waiter in served { waiter.continuation.resume() }
    }

    func wait(until condition: @escaping @Sendable (RawServerLog) -> Bool) async {
        let id = UUID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let holds = lock.withLock {
                    if condition(history) || Task.isCancelled { return true }
                    waiters.append(Waiter(id: id, condition: condition, continuation: continuation))
                    return false
                }
                if holds { continuation.resume() }
            }
        } onCancel: {
            let waiter = lock.withLock {
                waiters.firstIndex { $0.id == id }.map { waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }

    func wait(at gate: Gate) {
        let isStopped = lock.withLock {
            gates[ObjectIdentifier(gate)] = gate
            return self.isStopped
        }
        if !isStopped { gate.wait() }
    }

    /// Does nothing the second time.
    func stop(closeListener: () -> Void) {
        let waiting: [Gate] = lock.withLock {
            guard !isStopped else { return [] }
            isStopped = true
            closeListener()
            for socket in sockets.values { shutdown(socket, Int32(SHUT_RDWR)) }
            return Array(gates.values)
        }
        for gate in waiting { gate.open() }
    }
}

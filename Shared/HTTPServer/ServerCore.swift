import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// What the exchanges of a server share: who is being served, whether it ends, and who has taken too long.
final class ServerCore: Sendable {
    let configuration: HTTPServer.Configuration
    let handler: Router.Handler
    let report: @Sendable (HTTPServerFault) -> Void

    private struct Open {
        let descriptor: Int32
        // Nil while a request is being answered.
        var waitingSince: ContinuousClock.Instant?
    }
    private struct State {
        var isDraining = false
        var isRefusing = false
        var exchanges: [ObjectIdentifier: Exchange] = [:]
        // By the address of the library's connection.
        var connections: [UInt: Open] = [:]
        var sweeper: Task<Void, Never>?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }
    private let state = Mutex(State())

    init(
        _ configuration: HTTPServer.Configuration, report: @escaping @Sendable (HTTPServerFault) -> Void,
        handler: @escaping Router.Handler
    ) {
        self.configuration = configuration
        self.report = report
        self.handler = handler
    }

    /// Whether replies close their connection.
    var isDraining: Bool { state.withLock { $0.isDraining } }
    /// Whether no handler may be started any more.
    var isRefusing: Bool { state.withLock { $0.isRefusing } }

    // MARK: called by the daemon's threads

    func connected(_ connection: OpaquePointer) {
        let descriptor = tributary_mhd_descriptor(connection)
        let key = UInt(bitPattern: connection)
        state.withLock { $0.connections[key] = Open(descriptor: descriptor, waitingSince: .now) }
    }

    func disconnected(_ connection: OpaquePointer) {
        let key = UInt(bitPattern: connection)
        state.withLock { _ = $0.connections.removeValue(forKey: key) }
    }

    func opened(_ exchange: Exchange) {
        state.withLock { state in
            state.exchanges[ObjectIdentifier(exchange)] = exchange
            state.connections[exchange.key]?.waitingSince = nil
        }
    }

    func closed(_ exchange: Exchange) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.exchanges.removeValue(forKey: ObjectIdentifier(exchange))
            state.connections[exchange.key]?.waitingSince = .now
            guard state.exchanges.isEmpty else { return [] }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: the end

    /// False if it has begun before.
    func beginDraining() -> Bool {
        state.withLock { state in
            defer { state.isDraining = true }
            return !state.isDraining
        }
    }

    /// Returns when no request is in flight, after `limit` at the latest.
    func waitUntilIdle(atMost limit: Duration) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.exchanges.isEmpty { return true }
                state.waiters[id] = continuation
                return false
            }
            if isIdle { return continuation.resume() }
            Task {
                try? await Task.sleep(for: limit)
                state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
            }
        }
    }

    /// From now on nothing is suspended; what is, gets its answer.
    func refuseTheRest() {
        let (exchanges, sweeper) = state.withLock { state in
            state.isRefusing = true
            return (Array(state.exchanges.values), state.sweeper)
        }
        sweeper?.cancel()
        for exchange in exchanges { exchange.abandon(Problem(503, detail: "The server is being stopped.")) }
    }

    // MARK: time

    /// Looks once in a while for what has taken too long: handlers, and clients that trickle their request (which
    /// the library's time-out, renewed by every byte, does not catch).
    func beginSweeping() {
        let sweeper = Task { [weak self] in
            while !Task.isCancelled, let interval = self?.sweep() {
                try? await Task.sleep(for: interval)
            }
        }
        state.withLock { $0.sweeper = sweeper }
    }

    private func sweep() -> Duration {
        let now = ContinuousClock.now
        let patience = configuration.idle + configuration.receiving
        let exchanges = state.withLock { state in
            for open in state.connections.values {
                // Under the lock that `disconnected` takes, so the descriptor is still this connection's.
                if let since = open.waitingSince, now - since > patience { tributary_mhd_break(open.descriptor) }
            }
            return Array(state.exchanges.values)
        }
        for exchange in exchanges { exchange.checkTime(now) }
        return min(.seconds(1), configuration.handling / 4, configuration.receiving / 4)
    }

    /// Breaks off the connection of an exchange that is still in flight.
    func breakOff(_ exchange: Exchange) {
        state.withLock { state in
            guard state.exchanges[ObjectIdentifier(exchange)] != nil,
                let open = state.connections[exchange.key]
            else { return }
            tributary_mhd_break(open.descriptor)
        }
    }
}

import Synchronization

/// A bounded number of connections to one database as one role, handed out first come, first served.
///
/// Connections are made when they are needed and made again when they break. While the server is away, callers wait up
/// to `waitForServer` and then get `PostgresError.unavailable`; with all connections in use they wait as long as it
/// takes. A statement is repeated only if it is known that it was not executed.
public final class PostgresPool: PostgresDatabase {
    /// Where it connects to.
    public let settings: PostgresSettings
    private let state: Guarded<State>
    private let lastRequest = Atomic<UInt64>(0)
    private let onEvent: (@Sendable (PostgresEvent) -> Void)?
    private let limit: Int
    private let transactionAttempts = 6

    private struct State {
        var queue: PoolQueue<PostgresConnection>
        var continuations: [UInt64: CheckedContinuation<PostgresConnection, any Error>] = [:]

        /// What to do, after the lock is released, with a connection that came free.
        mutating func delivery(of handover: PoolQueue<PostgresConnection>.Handover) -> Delivery {
            switch handover {
            case .keep: return .nothing
            case .discard(let connection): return .close(connection)
            case .give(let id, let connection):
                guard let continuation = continuations.removeValue(forKey: id) else { return .close(connection) }
                return .resume(continuation, connection)
            }
        }
    }

    private enum Delivery {
        case resume(CheckedContinuation<PostgresConnection, any Error>, PostgresConnection)
        case close(PostgresConnection)
        case nothing
    }

    /// A pool of at most `connections`; nothing is opened before the first use.
    public init(
        _ settings: PostgresSettings, connections: Int = 4, waitForServer: Duration = .seconds(30),
        onEvent: (@Sendable (PostgresEvent) -> Void)? = nil
    ) {
        self.settings = settings
        self.onEvent = onEvent
        limit = max(1, connections)
        state = Guarded(State(queue: PoolQueue(limit: connections, waitForServer: waitForServer)))
    }

    /// A pool for a libpq connection string or URL.
    /// - Throws: `PostgresError.statement` if it is neither.
    public convenience init(
        _ connectionString: String, applicationName: String = "tributary", connections: Int = 4,
        waitForServer: Duration = .seconds(30), onEvent: (@Sendable (PostgresEvent) -> Void)? = nil
    ) throws {
        self.init(
            try PostgresSettings(connectionString, applicationName: applicationName), connections: connections,
            waitForServer: waitForServer, onEvent: onEvent)
    }

    /// How many connections are open (or being opened) and in use, and how many tasks wait for one; for metrics.
    public var usage: (connections: Int, inUse: Int, waiting: Int) {
        state.withLock { ($0.queue.size, $0.queue.inUse, $0.queue.waiting) }
    }

    /// Runs one statement on a connection of its own.
    @discardableResult
    public func query(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresResult {
        try await onLiveConnection { connection in
            try await connection.query(sql, parameters)
        }
    }

    /// Copies `rows` on a connection of its own.
    public func copy(_ sql: String, _ rows: CopyRows) async throws {
        try await onLiveConnection { connection in try await connection.copy(sql, rows) }
    }

    /// Runs `body` in a transaction, again after a deadlock, a serialization failure or an outdated statement, up to six
    /// times in all.
    public func transaction<Value: Sendable>(
        _ body: @Sendable (any PostgresSession) async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await onLiveConnection { connection in
                    try await connection.transaction(body)
                }
            } catch let error as PostgresError
                where attempt < transactionAttempts
                && (error.kind == .deadlockOrSerialization || error.isStaleStatement)
            {
                onEvent?(.transactionRetried(error, attempt: attempt))
                let longest = 10 << attempt
                try? await Task.sleep(for: .milliseconds(Int.random(in: 0...longest)))
                if Task.isCancelled { throw error }
                attempt += 1
            }
        }
    }

    /// Lends `body` a connection, for COPY, scripts and session state. A connection that comes back inside a transaction
    /// is closed.
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await lease()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Closes the idle connections now and the others when they come back. Whoever waits gets an error.
    public func close() async {
        let (idle, continuations) = state.withLock { state in
            let (idle, waiters) = state.queue.close()
            return (idle, waiters.compactMap { state.continuations.removeValue(forKey: $0) })
        }
        for continuation in continuations { continuation.resume(throwing: closedError) }
        for connection in idle { await connection.close() }
    }

    /// Runs `body` again where the connection turned out dead before anything was sent over it; each try takes a broken
    /// connection out of the pool, so the tries are bounded by its size.
    private func onLiveConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        var triesLeft = limit + 1
        while true {
            do {
                return try await withConnection(body)
            } catch let error as PostgresError
                where error.isBeforeSending && triesLeft > 0
            {
                triesLeft -= 1
            }
        }
    }

    private var closedError: PostgresError {
        PostgresError(.unavailable, "the connection pool is closed", address: settings.address)
    }

    // MARK: Leases

    private func lease() async throws -> PostgresConnection {
        if Task.isCancelled { throw PostgresError.cancelledBeforeSending }
        let id = lastRequest.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(id, continuation)
                // A cancellation before the request stood in the queue found nothing to end.
                if Task.isCancelled { abandon(id) }
            }
        } onCancel: {
            abandon(id)
        }
    }

    private func enqueue(_ id: UInt64, _ continuation: CheckedContinuation<PostgresConnection, any Error>) {
        let acquired = state.withLock { state in
            let acquired = state.queue.acquire(id, now: .now)
            if case .wait = acquired { state.continuations[id] = continuation }
            return acquired
        }
        switch acquired {
        case .lease(let connection): continuation.resume(returning: connection)
        case .closed: continuation.resume(throwing: closedError)
        case .wait(let open): if open { Task { await openConnection() } }
        }
    }

    private func abandon(_ id: UInt64) {
        let continuation = state.withLock { state in
            state.queue.abandon(id) ? state.continuations.removeValue(forKey: id) : nil
        }
        continuation?.resume(throwing: PostgresError.cancelledBeforeSending)
    }

    private func giveBack(_ connection: PostgresConnection) async {
        if connection.isReusable {
            await deliver(state.withLock { $0.delivery(of: $0.queue.release(connection)) })
        } else {
            await connection.close()
            if state.withLock({ $0.queue.lose() }) { Task { await openConnection() } }
        }
    }

    private func deliver(_ delivery: Delivery) async {
        switch delivery {
        case .resume(let continuation, let connection): continuation.resume(returning: connection)
        case .nothing: break
        case .close(let connection): await connection.close()
        }
    }

    // MARK: Opening

    /// Opens one connection for those who wait, trying as long as anybody does.
    private func openConnection() async {
        var backoff = Duration.milliseconds(50)
        while true {
            do {
                let connection = try await PostgresConnection.connect(settings, onEvent: onEvent)
                onEvent?(.connected)
                let (delivery, more) = state.withLock { state in
                    let (handover, more) = state.queue.opened(connection)
                    return (state.delivery(of: handover), more)
                }
                await deliver(delivery)
                for _ in 0..<more { Task { await openConnection() } }
                return
            } catch {
                guard let deadline = retreat(after: error) else { return }
                let pause = min(backoff * Double.random(in: 0.5...1), max(.zero, deadline - .now))
                onEvent?(.connectFailed(Self.unavailable(error, settings), retryIn: pause))
                try? await Task.sleep(for: pause)
                backoff = min(backoff * 2, .seconds(2))
            }
        }
    }

    /// Tells those who waited long enough; answers when the next will have, nil to stop opening.
    private func retreat(after error: any Error) -> ContinuousClock.Instant? {
        let (continuations, deadline) = state.withLock { state in
            let retreat = state.queue.openingFailed(now: .now)
            return (retreat.expired.compactMap { state.continuations.removeValue(forKey: $0) }, retreat.nextDeadline)
        }
        for continuation in continuations { continuation.resume(throwing: Self.unavailable(error, settings)) }
        return deadline
    }

    private static func unavailable(_ error: any Error, _ settings: PostgresSettings) -> PostgresError {
        guard var error = error as? PostgresError else {
            return PostgresError(.unavailable, "no connection", address: settings.address)
        }
        error.kind = .unavailable
        error.address = settings.address
        return error
    }
}

/// Who waits for a connection and which are free: the bookkeeping of a pool, without I/O, locks or clocks.
///
/// A slot holds one connection, from the decision to open it until it is gone.
package struct PoolQueue<Connection> {
    /// A waiting task.
    package typealias WaiterID = UInt64
    /// The time as the caller measures it.
    package typealias Instant = ContinuousClock.Instant

    /// The answer to a request for a connection.
    package enum Acquire {
        /// Take this one.
        case lease(Connection)
        /// Wait; where `open` is set, a new connection is to be opened meanwhile.
        case wait(open: Bool)
        /// The pool is closed.
        case closed
    }

    /// What becomes of a connection that is free.
    package enum Handover {
        /// It goes to the task that waited longest.
        case give(WaiterID, Connection)
        /// Nobody waits: it stays in the pool.
        case keep
        /// The pool is closed: close it.
        case discard(Connection)
    }

    /// What the opener does after a failed attempt.
    package struct Retreat {
        /// Tasks that have waited for the server as long as they may.
        package var expired: [WaiterID]
        /// When the next of them will have; nil if this opener stops, its slot free again.
        package var nextDeadline: Instant?
    }

    private let limit: Int
    private let waitForServer: Duration
    private var idle: [Connection] = []
    private var waiters: [(id: WaiterID, since: Instant)] = []
    private var leased = 0
    private var opening = 0
    private var failingSince: Instant?
    private var isClosed = false

    /// A queue for at most `limit` connections (at least one); a task waits for a server that is away for at most
    /// `waitForServer`.
    package init(limit: Int, waitForServer: Duration) {
        self.limit = max(1, limit)
        self.waitForServer = max(.zero, waitForServer)
    }

    /// Connections open or being opened.
    package var size: Int { leased + idle.count + opening }
    /// Connections in use.
    package var inUse: Int { leased }
    /// Tasks that wait.
    package var waiting: Int { waiters.count }

    /// A task asks for a connection. Nobody overtakes: it waits if others do.
    package mutating func acquire(_ id: WaiterID, now: Instant) -> Acquire {
        if isClosed { return .closed }
        if waiters.isEmpty, let connection = idle.popLast() {
            leased += 1
            return .lease(connection)
        }
        waiters.append((id, now))
        return .wait(open: startOpening())
    }

    /// A task gives up waiting; false if it has its connection or error already.
    package mutating func abandon(_ id: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// A task is done with its connection, which still stands.
    package mutating func release(_ connection: Connection) -> Handover {
        leased -= 1
        return handOver(connection)
    }

    /// A task's connection is gone. Answers whether a new one is to be opened.
    package mutating func lose() -> Bool {
        leased -= 1
        return startOpening()
    }

    /// A connection was opened. `openMore`: the server is back, and more tasks wait than connections are on the way.
    package mutating func opened(_ connection: Connection) -> (handover: Handover, openMore: Int) {
        opening -= 1
        failingSince = nil
        let handover = handOver(connection)
        var more = 0
        while startOpening() { more += 1 }
        return (handover, more)
    }

    /// An attempt to open a connection failed. While the server is away one opener goes on trying; the others stop.
    package mutating func openingFailed(now: Instant) -> Retreat {
        let since = failingSince ?? now
        failingSince = since
        let deadline = { [waitForServer] (waiter: (id: WaiterID, since: Instant)) in
            max(waiter.since, since) + waitForServer
        }
        let expired = waiters.filter { deadline($0) <= now }.map(\.id)
        waiters.removeAll { deadline($0) <= now }
        guard !isClosed, opening == 1, let next = waiters.map(deadline).min() else {
            opening -= 1
            if opening == 0 { failingSince = nil }
            return Retreat(expired: expired, nextDeadline: nil)
        }
        return Retreat(expired: expired, nextDeadline: next)
    }

    /// Nobody gets a connection any more. Answers what is idle and who waits.
    package mutating func close() -> (idle: [Connection], waiters: [WaiterID]) {
        isClosed = true
        defer {
            idle = []
            waiters = []
        }
        return (idle, waiters.map(\.id))
    }

    private mutating func handOver(_ connection: Connection) -> Handover {
        if isClosed { return .discard(connection) }
        guard !waiters.isEmpty else {
            idle.append(connection)
            return .keep
        }
        leased += 1
        return .give(waiters.removeFirst().id, connection)
    }

    /// Takes a slot for a new connection, if one is needed and free.
    private mutating func startOpening() -> Bool {
        guard !isClosed, size < limit, waiters.count > opening, failingSince == nil || opening == 0 else {
            return false
        }
        opening += 1
        return true
    }
}

import Models
import Service
import Storage

/// Keeps the records that no receipt has come back for within bounds, per object and per customer: that bounds memory
/// everywhere, and keeps one customer's backfill from standing in front of the others' changes.
///
/// Whoever syncs a few records waits behind everything that a backfill has put into the same partitions. So a customer
/// may only have as much on its way as the processors are about to need (see `BacklogAllowance`); the bounds are the
/// most that this can grow to.
package actor BacklogGate {
    /// How many records may be without a receipt.
    package struct Bounds: Sendable, Hashable {
        /// Of one Integration Object.
        package var perObject: Int64
        /// Of all objects of one customer.
        package var perCustomer: Int64

        /// The defaults are those of the contracts.
        package init(perObject: Int64 = 10_000, perCustomer: Int64 = 50_000) {
            self.perObject = perObject
            self.perCustomer = perCustomer
        }
    }

    /// There was no room for longer than a run should wait. What is missing may be lost, and whether it is can only be
    /// found out about runs that nobody holds.
    package struct HeldUp: Error {}

    private struct Waiter {
        var object: Int64
        var customer: Int64
        var since: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let bounds: Bounds
    private let patience: Duration
    private let clock: any WallClock
    private var known = Backlog()
    /// Records declared since `known` was read. Some may have been counted in it already: the error is on the safe side.
    private var declaredSince = Backlog()
    private var declaredWhileReading = Backlog()
    private var allowances: [Int64: BacklogAllowance] = [:]
    private var waiters: [Int: Waiter] = [:]
    private var lastWaiter = 0

    /// A gate with `bounds`, at which nobody waits much longer than `patience`.
    package init(bounds: Bounds, patience: Duration = .seconds(30), clock: any WallClock = SystemClock()) {
        self.bounds = bounds
        self.patience = patience
        self.clock = clock
    }

    /// How many runs wait.
    package var waiting: Int { waiters.count }

    /// Notes records that are on their way to the broker.
    package func declare(_ records: Int64, object: Int64, customer: Int64) {
        declaredSince.add(records, object: object, customer: customer)
        declaredWhileReading.add(records, object: object, customer: customer)
    }

    /// Returns when the object and its customer are within their bounds.
    /// - Throws: `CancellationError` when the run is given up meanwhile; `HeldUp` when it has waited too long.
    package func pass(object: Int64, customer: Int64) async throws {
        guard !isOpen(object: object, customer: customer) else { return }
        lastWaiter += 1
        let id = lastWaiter
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiters[id] = Waiter(
                        object: object, customer: customer, since: clock.now, continuation: continuation)
                }
            }
        } onCancel: {
            Task { await self.cancel(id) }
        }
    }

    /// To be called before the database is asked; what is declared from here on is not in its answer for certain.
    package func startReading() { declaredWhileReading = Backlog() }

    /// Takes what the database said of all objects that are being retrieved, and lets those pass who may.
    package func update(_ backlog: Backlog) {
        known = backlog
        declaredSince = declaredWhileReading
        adjustAllowances()
        for (id, waiter) in waiters where isOpen(object: waiter.object, customer: waiter.customer) {
            waiters[id] = nil
            waiter.continuation.resume()
        }
        let limit = clock.now - patience
        for (id, waiter) in waiters where waiter.since < limit {
            waiters[id] = nil
            waiter.continuation.resume(throwing: HeldUp())
        }
    }

    private func adjustAllowances() {
        let waiting = Set(waiters.values.map(\.customer))
        // Those whose backlog is gone start anew, which also keeps this from growing with the customers.
        allowances = allowances.filter { waiting.contains($0.key) || known.byCustomer[$0.key, default: 0] > 0 }
        for customer in waiting {
            allowances[customer, default: BacklogAllowance(most: bounds.perCustomer)]
                .note(
                    left: known.byCustomer[customer, default: 0],
                    customers: waiting.union(allowances.keys).count)
        }
    }

    private func isOpen(object: Int64, customer: Int64) -> Bool {
        let allowance = allowances[customer]?.records ?? BacklogAllowance(most: bounds.perCustomer).records
        return known.byObject[object, default: 0] + declaredSince.byObject[object, default: 0]
            < min(bounds.perObject, allowance)
            && known.byCustomer[customer, default: 0] + declaredSince.byCustomer[customer, default: 0] < allowance
    }

    private func cancel(_ id: Int) {
        waiters.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
    }
}

extension Backlog {
    fileprivate mutating func add(_ records: Int64, object: Int64, customer: Int64) {
        byObject[object, default: 0] += records
        byCustomer[customer, default: 0] += records
    }
}

import Catalog
import Models
import Service

/// Keeps the requests of this process within a provider's limits: so many in a time, evenly spread, and so many at once.
package actor RequestPacer {
    private struct Lane {
        var next: Timestamp
        var underWay = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let clock: any WallClock
    private var lanes: [String: Lane] = [:]

    /// A pacer whose time is `clock`'s.
    package init(clock: any WallClock) { self.clock = clock }

    /// Runs `request` when the quota of `owner` allows it.
    package func run<Result: Sendable>(
        owner: String, limits: Limits, _ request: @Sendable () async throws -> Result
    ) async throws -> Result {
        guard limits.rate != nil || limits.concurrency != nil else { return try await request() }
        await enter(owner, limits)
        defer { leave(owner) }
        if let rate = limits.rate { try await waitTurn(owner, rate) }
        return try await request()
    }

    private func enter(_ owner: String, _ limits: Limits) async {
        var lane = lanes[owner] ?? Lane(next: clock.now)
        if lane.underWay < limits.concurrency ?? .max {
            lane.underWay += 1
            lanes[owner] = lane
            return
        }
        await withCheckedContinuation { continuation in
            // Whoever leaves hands its place on.
            lanes[owner]?.waiters.append(continuation)
        }
    }

    private func leave(_ owner: String) {
        guard var lane = lanes[owner] else { return }
        if lane.waiters.isEmpty {
            lane.underWay -= 1
            lanes[owner] = lane.underWay == 0 && lane.next < clock.now ? nil : lane
        } else {
            let waiter = lane.waiters.removeFirst()
            lanes[owner] = lane
            waiter.resume()
        }
    }

    private func waitTurn(_ owner: String, _ rate: Limits.Rate) async throws {
        let now = clock.now
        let turn = max(now, lanes[owner]?.next ?? now)
        lanes[owner]?.next = turn + rate.per / rate.requests
        if turn > now { try await clock.sleep(for: turn - now) }
    }
}

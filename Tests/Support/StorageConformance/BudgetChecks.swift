import Models
import Storage

/// Budgets, and the passing of time as far as the store lets it pass.
public protocol BudgetFixture: Sendable {
    /// The store.
    var budgets: any BudgetStore { get }
    /// Returns after `duration` of the store's time.
    func pass(_ duration: Duration) async throws
}

/// A rule that every store of budgets keeps. Its name is the rule.
public struct BudgetCheck: Sendable, CustomStringConvertible {
    /// The rule.
    public let description: String
    /// Throws where the rule is broken.
    public let run: @Sendable (any BudgetFixture) async throws -> Void

    init(_ description: String, _ run: @escaping @Sendable (any BudgetFixture) async throws -> Void) {
        self.description = description
        self.run = run
    }

    private static let key = BudgetKey(owner: "p/i1")
    private static let rule = BudgetRule(requests: 50, per: .seconds(1))

    private static func ask(_ process: String, _ count: Int, customer: Int64 = 1) -> BudgetAsk {
        BudgetAsk(
            process: process,
            demand: [BudgetDemand(customer: customer, weight: 1, isFresh: true, count: count)])
    }

    /// Every rule.
    public static let all: [BudgetCheck] = [
        BudgetCheck("turns of all processes lie apart as the rule says") { fixture in
            let gap = rule.gap?.microseconds ?? 0
            var times: [Int64] = []
            for round in 0..<4 {
                for process in ["a", "b"] {
                    let grant = try await fixture.budgets.lease(key, ask(process, 3 + round), rule: rule)
                    times += grant.turns.map(\.at)
                }
            }
            times.sort()
            try expect(times.count >= 6, true, "turns were given out")
            for (earlier, later) in zip(times, times.dropFirst()) {
                try expect(later - earlier >= gap, true, "\(later - earlier) µs between turns are enough")
            }
        },
        BudgetCheck("a place is free again when it is said to be, and not before") { fixture in
            let two = BudgetRule(requests: 2, per: .seconds(2))
            let first = try await fixture.budgets.lease(key, ask("a", 2), rule: two)
            try expect(first.turns.count, 2)
            try expect(try await fixture.budgets.lease(key, ask("b", 2), rule: two).turns.count, 0)
            try await fixture.pass(.milliseconds(600))
            var back = ask("a", 2)
            back.held = 1
            let end = first.now + .milliseconds(2200)
            back.free = [end]
            let second = try await fixture.budgets.lease(key, back, rule: two)
            let turns = second.turns + (try await fixture.budgets.lease(key, ask("b", 1), rule: two).turns)
            try expect(turns.count, 1)
            try expect((turns.first?.at ?? 0) >= end.microseconds, true, "the turn is then")
        },
        BudgetCheck("what a process neither has nor gives back is free a window later") { fixture in
            let two = BudgetRule(requests: 2, per: .seconds(2))
            try expect(try await fixture.budgets.lease(key, ask("a", 2), rule: two).turns.count, 2)
            let next = try await fixture.budgets.lease(key, ask("a", 2), rule: two)
            let end = (next.now + .seconds(2)).microseconds
            try expect(next.turns.allSatisfy { $0.at >= end }, true, "the next turn is a window away")
            try expect(next.nextTurn.microseconds >= end, true, "so is the one after it")
        },
        BudgetCheck("many at once get different turns") { fixture in
            let times = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for number in 0..<12 {
                    group.addTask {
                        try await fixture.budgets.lease(key, ask("p\(number)", 2), rule: rule).turns.map(\.at)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expect(times.count, 24)
            try expect(Set(times).count, 24)
        },
        BudgetCheck("owners and classes have budgets of their own") { fixture in
            let first = try await fixture.budgets.lease(key, ask("a", 1), rule: rule)
            for other in [BudgetKey(owner: "p/i2"), BudgetKey(owner: "p/i1", limitClass: "search")] {
                let grant = try await fixture.budgets.lease(other, ask("a", 1), rule: rule)
                try expect(grant.turns.count, 1)
                try expect((grant.turns.first?.at ?? 0) <= grant.now.microseconds, true, "the turn is at once")
            }
            try expect(first.turns.count, 1)
        },
        BudgetCheck("a pause holds for every process and every class of the owner, and ends") { fixture in
            _ = try await fixture.budgets.lease(key, ask("a", 1), rule: rule)
            try await fixture.budgets.throttle(key, rule: rule, pause: .seconds(6))
            // A shorter one does not end it.
            try await fixture.budgets.throttle(key, rule: rule, pause: .milliseconds(1))
            for other in [key, BudgetKey(owner: key.owner, limitClass: "search")] {
                let grant = try await fixture.budgets.lease(other, ask("b", 3), rule: rule)
                try expect(grant.blockedUntil != nil, true, "\(other) is blocked")
                let pause = (grant.blockedUntil ?? grant.now) - grant.now
                try expect(pause > .seconds(1) && pause <= .seconds(6), true, "the pause of \(other), \(pause),")
                let end = grant.blockedUntil?.microseconds ?? 0
                try expect(grant.turns.allSatisfy { $0.at >= end }, true, "no turn before its end")
            }
            try expect(
                try await fixture.budgets.lease(BudgetKey(owner: "p/i2"), ask("b", 1), rule: rule).blockedUntil, nil)
            try expect(try await fixture.budgets.blocks().map(\.key), [key])
            try await fixture.pass(.milliseconds(6100))
            try expect(try await fixture.budgets.blocks(), [])
            try expect(try await fixture.budgets.lease(key, ask("b", 1), rule: rule).blockedUntil, nil)
        },
        BudgetCheck("a pause of a class holds for that class alone") { fixture in
            let search = BudgetKey(owner: key.owner, limitClass: "search")
            try await fixture.budgets.throttle(search, rule: rule, pause: .seconds(60))
            try expect(try await fixture.budgets.lease(key, ask("a", 1), rule: rule).blockedUntil, nil)
            try expect(try await fixture.budgets.lease(search, ask("a", 1), rule: rule).turns.count, 0)
        },
        BudgetCheck("a 429 without a time halves the pace") { fixture in
            try await fixture.budgets.throttle(key, rule: rule, pause: nil)
            let grant = try await fixture.budgets.lease(key, ask("a", 2), rule: rule)
            try expect(grant.gap, rule.window / 25)
        },
        BudgetCheck("what the headers leave over is spread, or waited for") { fixture in
            try await fixture.budgets.slow(key, to: .milliseconds(400), for: .seconds(60))
            try expect(try await fixture.budgets.lease(key, ask("a", 2), rule: rule).gap, .milliseconds(400))
            try await fixture.budgets.slow(key, to: nil, for: .seconds(60))
            try expect(try await fixture.budgets.lease(key, ask("a", 2), rule: rule).blockedUntil != nil, true)
        },
        BudgetCheck("places are never more than allowed, and come back with the lease") { fixture in
            let places = BudgetRule(concurrency: 3)
            func ask(_ process: String, _ lease: Duration) -> BudgetAsk {
                BudgetAsk(process: process, demand: [], wantedPlaces: 5, lease: lease)
            }
            try expect(
                try await fixture.budgets.lease(key, ask("a", .milliseconds(6000)), rule: places).places, 3)
            try expect(try await fixture.budgets.lease(key, ask("b", .seconds(60)), rule: places).places, 0)
            try await fixture.pass(.milliseconds(6100))
            try expect(try await fixture.budgets.lease(key, ask("b", .seconds(60)), rule: places).places, 3)
        },
        BudgetCheck("one run at a time has a budget alone, until it lets go or its lease ends") { fixture in
            let store = fixture.budgets
            try expect(try await store.takeAlone(key, holder: "r1", for: .seconds(60)), true)
            try expect(try await store.takeAlone(key, holder: "r1", for: .seconds(60)), true)
            try expect(try await store.takeAlone(key, holder: "r2", for: .seconds(60)), false)
            try expect(try await store.takeAlone(BudgetKey(owner: "p/i2"), holder: "r2", for: .seconds(60)), true)
            try await store.release(holder: "r1")
            try expect(try await store.takeAlone(key, holder: "r2", for: .milliseconds(200)), true)
            try await fixture.pass(.milliseconds(300))
            try expect(try await store.takeAlone(key, holder: "r3", for: .seconds(60)), true)
        },
    ]
}

import Models

/// The budget of one quota owner and one class of requests, as a pure state machine: everybody's questions go in, turns
/// and places come out. Whoever keeps it applies one question after the other, with one clock.
///
/// As many places as a window may hold requests go round: one is free again a window after its request has arrived. So
/// no sliding window ever holds more, however late requests are sent. A turn is a free place and the time from which it
/// may be used. Turns are given out a little ahead and apart, in weighted fair order across the customers of all
/// processes, fresh work before backfill.
public struct RateBudget: Sendable, Codable, Equatable {
    /// A process that shares the budget.
    struct Holder: Sendable, Codable, Equatable {
        var process: String
        /// Until when its wishes count.
        var asksUntil: Int64
        /// Until when it holds its places.
        var expires: Int64
        var demand: [BudgetDemand] = []
        /// Given to it and not yet fetched.
        var turns: [BudgetTurn] = []
        /// Given to it and not yet given back.
        var held = 0
        var places = 0
        var wantedPlaces = 0
    }

    /// What a customer has had.
    struct Account: Sendable, Codable, Equatable {
        var customer: Int64
        var weight: Double
        /// Turns, divided by the weight: whoever has least is next.
        var served: Double
        var seen: Int64
    }

    /// Turns that a customer which was away for a moment may make up for.
    static let credit = 2.0
    /// The least part of the limit that 429s bring it down to.
    static let leastFactor = 1.0 / 64

    /// No turn before, in microseconds since 1970.
    var next: Int64 = 0
    /// Places that are free from a time on, in order.
    var cooling: [Cooling] = []
    /// The part of the limit that is used: halved by a 429, raised step by step without one.
    var factor = 1.0
    var factorSince: Int64 = 0
    /// A slower pace that the provider's headers ask for, until a time.
    var slowGap: Int64 = 0
    var slowUntil: Int64 = 0
    var holders: [Holder] = []
    var accounts: [Account] = []

    /// A budget that nobody has used.
    public init() {}

    /// The part of the limit that is used at present.
    public var usedPart: Double { factor }

    /// Answers a process.
    public mutating func lease(
        _ ask: BudgetAsk, rule: BudgetRule, blockedUntil: Timestamp?, now: Timestamp
    ) -> BudgetGrant {
        let time = now.microseconds
        recover(rule, at: time)
        forget(rule, at: time)
        credit(ask.unused)
        let gap = gap(rule, at: time)
        let horizon = gap.map { rule.horizon(gap: .microseconds($0)).microseconds } ?? 1_000_000
        let life = rule.life(gap: .microseconds(gap ?? 0))
        var mine =
            holders.first { $0.process == ask.process } ?? Holder(process: ask.process, asksUntil: 0, expires: 0)
        holders.removeAll { $0.process == ask.process }
        let start = max(time, blockedUntil?.microseconds ?? 0)
        takeBack(ask, from: &mine, rule, at: time)
        for turn in mine.turns where turn.at < blockedUntil?.microseconds ?? 0 { cool(turn.at, 1, rule) }
        mine.turns.removeAll { $0.at < blockedUntil?.microseconds ?? 0 }
        mine.asksUntil = time + life.microseconds
        mine.expires = max(mine.asksUntil, time + max(0, ask.lease.microseconds))
        mine.demand = ask.demand
        for turn in mine.turns { mine.subtract(turn.customer) }
        mine.wantedPlaces = ask.wantedPlaces
        mine.places = places(for: ask, rule, at: time) ?? 0
        let places = rule.concurrency.map { _ in mine.places }
        mine.places = max(mine.places, rule.concurrency == nil ? 0 : ask.underWay)
        holders.append(mine)
        holders.sort { $0.process < $1.process }
        if let gap { share(from: start, until: time + horizon, gap: gap, rule, at: time) }
        var turns: [BudgetTurn] = []
        if let index = holders.firstIndex(where: { $0.process == ask.process }) {
            turns = holders[index].turns.sorted { $0.at < $1.at }
            holders[index].turns = []
            holders[index].held += turns.count
        }
        return BudgetGrant(
            turns: turns, life: life, places: places,
            nextTurn: Timestamp(microseconds: max(next, start, freePlace(rule) ?? 0)),
            gap: .microseconds(gap ?? 0), processes: holders.count { $0.asksUntil > time },
            blockedUntil: blockedUntil.flatMap { $0 > now ? $0 : nil }, now: now)
    }

    /// The provider has refused a request for being one too many: half of what was used until now, once in a window
    /// after the pause that it asked for.
    public mutating func decrease(_ rule: BudgetRule, pause: Duration?, now: Timestamp) {
        let time = now.microseconds
        recover(rule, at: time)
        guard factor == 1 || time - factorSince >= max(1_000_000, rule.window.microseconds) else { return }
        factor = max(Self.leastFactor, factor / 2)
        factorSince = time + max(0, pause?.microseconds ?? 0)
    }

    /// What the provider's headers leave over lasts until `until` only at this pace.
    public mutating func slow(to gap: Duration, until: Timestamp, now: Timestamp) {
        if slowUntil <= now.microseconds { slowGap = 0 }
        slowGap = max(slowGap, gap.microseconds)
        slowUntil = max(slowUntil, until.microseconds)
    }

    private func gap(_ rule: BudgetRule, at time: Int64) -> Int64? {
        guard var gap = rule.gap?.microseconds, let requests = rule.requests else { return nil }
        if factor < 1 { gap = Int64((Double(rule.window.microseconds) / Double(requests) / factor).rounded(.up)) }
        return slowUntil > time ? max(gap, slowGap) : gap
    }

    /// A tenth of the limit more for each ten seconds, or window if that is longer, without a 429.
    private mutating func recover(_ rule: BudgetRule, at time: Int64) {
        let step = max(10_000_000, rule.window.microseconds)
        guard factor < 1, time - factorSince >= step else { return }
        let steps = (time - factorSince) / step
        factor = min(1, factor + 0.1 * Double(min(steps, 10)))
        factorSince += steps * step
    }

    private mutating func forget(_ rule: BudgetRule, at time: Int64) {
        for index in holders.indices where holders[index].asksUntil <= time {
            // Whatever it sent, it sent before.
            let last = holders[index].asksUntil
            cool(last + (rule.window + rule.arrival).microseconds, holders[index].held, rule)
            for turn in holders[index].turns { cool(turn.at, 1, rule) }
            holders[index].held = 0
            holders[index].turns = []
        }
        cooling.removeAll { $0.at <= time }
        holders.removeAll { max($0.asksUntil, $0.expires) <= time }
        accounts.removeAll { $0.seen < time - 120_000_000 }
    }

    /// Turns that were not used, or used for another customer, count where they were used.
    private mutating func credit(_ unused: [Int64: Int]) {
        for index in accounts.indices {
            guard let count = unused[accounts[index].customer] else { continue }
            accounts[index].served -= Double(count) / accounts[index].weight
        }
    }
}

extension RateBudget.Holder {
    /// One turn less is wanted for a customer.
    mutating func subtract(_ customer: Int64) {
        let index =
            demand.firstIndex { $0.customer == customer && $0.isFresh && $0.count > 0 }
            ?? demand.firstIndex { $0.customer == customer && $0.count > 0 }
        if let index { demand[index].count -= 1 }
    }
}

import Models
import Storage

extension PacingLane {
    private var gap: Duration { answer?.gap ?? rule.gap ?? .zero }
    private var horizon: Duration { rule.horizon(gap: gap) }

    /// How many turns at hand are not further away than those that the budget gives out. Those that go round here may be.
    func near(_ now: Timestamp) -> Int { permits.prefix { $0.at <= now + horizon }.count }

    /// How many turns at hand a waiter may count on.
    func inHand(_ now: Timestamp) -> Int { hasAll ? permits.count : near(now) }

    private var isQuiet: Bool { waiters.isEmpty && underWay == 0 }

    /// When the budget may be asked next.
    private func askAt(_ now: Timestamp) -> Timestamp? {
        guard !isAsking, !waiters.isEmpty || owes else { return nil }
        guard let answeredAt else { return now }
        if mustAsk { return answeredAt + Self.breath }
        // What a pause between two requests of a run is too short for, is given back.
        if isQuiet { return max(answeredAt + Self.breath, lastBusy + (isAlone ? Self.pauseAlone : Self.pause)) }
        let lacksPlaces = !waiters.isEmpty && rule.concurrency.map { underWay >= places && places < $0 } ?? false
        let near = near(now)
        let lacksTurns = rule.requests != nil && near < waiters.count && !hasAll
        if lacksTurns, near == 0, let next = answer?.next {
            // Reports of places that are free again are due even where it is long until the next turn.
            let wanted = free.isEmpty ? next - horizon : min(next - horizon, answeredAt + horizon / 2)
            return max(answeredAt + Self.breath, wanted)
        }
        if lacksPlaces, places == 0 { return answeredAt + max(Self.breath, horizon / 4) }
        return answeredAt + (isAlone && !lacksPlaces && !lacksTurns ? Self.pauseAlone : horizon / 2)
    }

    /// What to ask the budget, if it is time to.
    mutating func question(_ now: Timestamp) -> BudgetAsk? {
        guard let time = askAt(now), time <= now else { return nil }
        isAsking = true
        let late = now - horizon / 3
        let count = permits.count
        let isQuiet = isQuiet
        let isAlone = isAlone
        giveBack(now) { isQuiet || (!isAlone && ($0.at < late || $0.customer == nil)) }
        hasLostPermits = !isQuiet && permits.count < count
        mustAsk = false
        let ask = BudgetAsk(
            process: process, demand: rule.requests == nil ? [] : demand(now), unused: unused,
            held: permits.count + sent.count, free: free.sorted(), underWay: underWay,
            wantedPlaces: rule.concurrency == nil ? 0 : underWay + waiters.count, lease: lease)
        askedAt = now
        used = [:]
        unused = [:]
        free = []
        if isQuiet { places = 0 }
        return ask
    }

    /// What waits, and what will within two horizons by the experience since the last question: whoever was answered
    /// comes again. That is doubled, so that it can grow, unless turns were lost: then there were too many.
    private func demand(_ now: Timestamp) -> [BudgetDemand] {
        var wanted: [Use: Int] = [:]
        for waiter in waiters {
            wanted[Use(customer: waiter.user.customer, isFresh: waiter.user.isFresh), default: 0] += 1
        }
        let most = gap > .zero ? Int(min(100_000, (horizon * 2) / gap + 1)) : 1
        let interval = max(askedAt.map { now - $0 } ?? horizon, Self.breath)
        let growth = (hasLostPermits ? 1 : 2) * max(1, (horizon * 2) / interval)
        for (use, count) in used {
            wanted[use, default: 0] += Int(min(Double(most), (Double(count) * growth).rounded()))
        }
        for permit in permits.prefix(near(now)) {
            let uses =
                permit.customer.map { [Use(customer: $0, isFresh: true), Use(customer: $0, isFresh: false)] }
                ?? Array(wanted.keys)
            if let use = uses.first(where: { wanted[$0, default: 0] > 0 }) { wanted[use, default: 0] -= 1 }
        }
        return wanted.filter { $0.value > 0 }.map { use, count in
            BudgetDemand(
                customer: use.customer, weight: weights[use.customer] ?? 1, isFresh: use.isFresh,
                count: min(count, most))
        }.sorted { ($0.customer, $0.isFresh ? 0 : 1) < ($1.customer, $1.isFresh ? 0 : 1) }
    }

    /// When something will have changed by itself.
    func nextLook(_ now: Timestamp) -> Timestamp? {
        var times: [Timestamp] = []
        let hasPlace = rule.concurrency == nil || underWay < places
        if let permit = permits.first, !waiters.isEmpty, hasPlace { times.append(permit.at) }
        if let time = askAt(now) { times.append(time) }
        if !waiters.isEmpty, let time = sent.values.min() { times.append(time + rule.longestWay) }
        let inHand = inHand(now)
        for (place, waiter) in waiters.enumerated() where place >= inHand {
            if let patience = waiter.patience { times.append(waiter.since + patience) }
        }
        if isQuiet, !owes, !isAsking { times.append(lastBusy + Self.memory) }
        return times.min()
    }
}

import Models
import Storage

/// The requests of this process that share a budget, as a pure state machine: who comes and goes, what the budget
/// answers and the time go in; who may send, who is turned away and what is to be asked comes out.
package struct PacingLane: Sendable {
    /// What is to be done.
    package enum Action: Sendable, Equatable {
        /// The waiter may send its request now.
        case admit(Int)
        /// The waiter would wait too long.
        case refuse(Int, until: Timestamp)
        /// The budget is to be asked.
        case ask(BudgetAsk)
        /// The lane wants to be stepped again at that time.
        case wake(at: Timestamp)
    }

    struct Waiter: Sendable {
        var id: Int
        var user: QuotaUser
        var since: Timestamp
        /// How long it may wait; nil: for ever.
        var patience: Duration?
    }

    struct Permit: Sendable, Equatable {
        var at: Timestamp
        /// For whom; nil: for whoever has had least.
        var customer: Int64?
    }

    struct Use: Sendable, Hashable {
        var customer: Int64
        var isFresh: Bool
    }

    let process: String
    let lease: Duration
    package var rule: BudgetRule
    var waiters: [Waiter] = []
    var permits: [Permit] = []
    /// After that the budget takes them for lost.
    var heldUntil: Timestamp
    /// When the requests were sent that may not have arrived yet.
    var sent: [Int: Timestamp] = [:]
    private var usual = UsualAnswer()
    /// From when on the places are free of turns that were used, or are given back.
    var free: [Timestamp] = []
    var underWay = 0
    var places = 0
    var blockedUntil: Timestamp?
    /// What was used since the budget was last asked, and what was given to one and used by another or by nobody.
    var used: [Use: Int] = [:]
    var unused: [Int64: Int] = [:]
    var weights: [Int64: Double] = [:]
    var hasLostPermits = false
    /// Requests of each customer, divided by its weight, and what it was for the last one to be sent.
    var served: [Int64: Double] = [:]
    var progress = 0.0
    var mustAsk = false
    var isAsking = false
    var askedAt: Timestamp?
    var answeredAt: Timestamp?
    var answer: (next: Timestamp, gap: Duration, processes: Int)?
    var lastBusy: Timestamp

    /// Between two questions at least.
    static let breath = Duration.milliseconds(100)
    /// After so long without a request, what is left is given back.
    static let pause = Duration.milliseconds(500)
    /// The same, and how often the budget is asked, where nobody else uses it.
    static let pauseAlone = Duration.milliseconds(1500)
    /// How long an idle lane is remembered.
    static let memory = Duration.seconds(3)

    /// A lane of `process`, whose places last for `lease`.
    package init(process: String, rule: BudgetRule, lease: Duration, now: Timestamp) {
        self.process = process
        self.rule = rule
        self.lease = lease
        lastBusy = now
        heldUntil = now
    }

    /// Someone wants to send a request.
    package mutating func enter(_ id: Int, _ user: QuotaUser, patience: Duration?, now: Timestamp) {
        waiters.append(Waiter(id: id, user: user, since: now, patience: patience))
        weights[user.customer] = user.weight
        // Who was away saves nothing up, but for a moment.
        served[user.customer] = max(served[user.customer] ?? progress, progress - 2 / min(user.weight, 1))
    }

    /// Someone who was admitted has its answer: the request has arrived.
    package mutating func leave(_ id: Int, now: Timestamp) {
        underWay -= 1
        lastBusy = now
        guard let time = sent.removeValue(forKey: id) else { return }
        reuse(arrival(of: time, now: now) + rule.window)
        usual.note(now - time, now: now)
    }

    /// When a request has arrived at the latest that was sent at `time` and has its answer now, or none yet. Where that
    /// is more than twice what is usual, the request may have been held up: by a busy machine, or for a new connection.
    private func arrival(of time: Timestamp, now: Timestamp) -> Timestamp {
        let took = now - time
        let isHeldUp = took > (usual.duration ?? .zero) * 2
        return time + min(took, isHeldUp ? rule.longestWay : rule.arrival)
    }

    /// The provider wants fewer requests than the budget last knew of.
    package mutating func slowDown() {
        answer?.processes = 0
        mustAsk = true
    }

    /// Someone no longer wants to send; false if it had been admitted or refused.
    package mutating func remove(_ id: Int) -> Bool {
        let count = waiters.count
        waiters.removeAll { $0.id == id }
        return waiters.count < count
    }

    /// Nothing may be sent until then.
    package mutating func block(until time: Timestamp) { blockedUntil = max(blockedUntil ?? time, time) }

    /// The budget has answered; `local` makes this process's time of the database's.
    package mutating func answered(_ grant: BudgetGrant, now: Timestamp, local: (Timestamp) -> Timestamp) {
        isAsking = false
        answeredAt = now
        heldUntil = (askedAt ?? now) + grant.life
        for turn in grant.turns {
            permits.append(Permit(at: local(Timestamp(microseconds: turn.at)), customer: turn.customer))
        }
        permits.sort { $0.at < $1.at }
        places = grant.places ?? 0
        answer = (local(grant.nextTurn), grant.gap, grant.processes)
        if let blocked = grant.blockedUntil { block(until: local(blocked)) }
    }

    /// The budget could not be asked; it is asked again after a second.
    package mutating func notAnswered(now: Timestamp) {
        isAsking = false
        answeredAt = now + .seconds(1)
    }

    /// Whether it may be forgotten.
    package func isIdle(now: Timestamp) -> Bool {
        waiters.isEmpty && underWay == 0 && !isAsking && !owes && now - lastBusy >= Self.memory
    }

    /// What is to be done now.
    package mutating func step(now: Timestamp) -> [Action] {
        var actions: [Action] = []
        if let blocked = blockedUntil, blocked > now {
            // Turns from before the pause are of no use any more.
            giveBack(now) { $0.at < blocked }
            actions += refusals { waiter, _ in
                waiter.patience.map { blocked - now > $0 } == true ? blocked : nil
            }
            if !waiters.isEmpty || owes { actions.append(.wake(at: blocked)) }
            return actions
        }
        blockedUntil = nil
        if heldUntil <= now { permits = [] }
        settle(now)
        while let waiter = nextToSend(now) {
            underWay += 1
            lastBusy = now
            actions.append(.admit(waiter))
        }
        actions += refuseTheLast(now)
        if let ask = question(now) { actions.append(.ask(ask)) }
        if let time = nextLook(now) { actions.append(.wake(at: max(time, now + .milliseconds(1)))) }
        return actions
    }

    // MARK: Sending

    /// Turns that are not needed go back, for others.
    mutating func giveBack(_ now: Timestamp, where isUnneeded: (Permit) -> Bool) {
        for permit in permits where isUnneeded(permit) {
            if let customer = permit.customer { unused[customer, default: 0] += 1 }
            free.append(max(permit.at, now))
        }
        permits.removeAll(where: isUnneeded)
    }

    /// Whether the budget has to hear of something.
    var owes: Bool { !permits.isEmpty || !sent.isEmpty || !free.isEmpty || places > 0 }

    /// Whether no other process uses the budget, and nothing slows it down: then places go round here, and nobody has to
    /// be asked for each round. Not with long windows: there it makes little difference, and the budget would not know
    /// when the places of a process that died were used.
    var isAlone: Bool {
        rule.window <= .seconds(10) && answer.map { $0.processes == 1 && $0.gap <= rule.gap ?? .zero } ?? false
    }

    /// Whether all places there are are here.
    var hasAll: Bool { isAlone && permits.count + sent.count >= rule.requests ?? 0 }

    /// A place is free again from `time` on.
    private mutating func reuse(_ time: Timestamp) {
        guard isAlone else { return free.append(time) }
        let index = permits.firstIndex { $0.at > time } ?? permits.endIndex
        permits.insert(Permit(at: time, customer: nil), at: index)
    }

    /// Requests that have arrived but for a provider that is very slow, though their answers are not there.
    private mutating func settle(_ now: Timestamp) {
        for (id, time) in sent where time + rule.longestWay <= now {
            sent[id] = nil
            reuse(arrival(of: time, now: now) + rule.window)
        }
    }

    private mutating func nextToSend(_ now: Timestamp) -> Int? {
        guard !waiters.isEmpty, rule.concurrency == nil || underWay < places else { return nil }
        var given: Int64?
        let index: Int
        if rule.requests != nil {
            let due = permits.prefix { $0.at <= now }
            guard let choice = choice(for: due) else { return nil }
            index = choice.waiter
            given = permits.remove(at: choice.permit).customer
        } else {
            guard let least = leastServed(among: tier) else { return nil }
            index = least
        }
        let waiter = waiters.remove(at: index)
        let customer = waiter.user.customer
        if rule.requests != nil {
            sent[waiter.id] = now
            if given != customer {
                if let given { unused[given, default: 0] += 1 }
                unused[customer, default: 0] -= 1
            }
        }
        used[Use(customer: customer, isFresh: waiter.user.isFresh), default: 0] += 1
        progress = served[customer] ?? progress
        served[customer] = progress + 1 / waiter.user.weight
        return waiter.id
    }

    /// Those who come first: fresh work before backfill.
    private var tier: [Int] {
        let hasFresh = waiters.contains { $0.user.isFresh }
        return waiters.indices.filter { !hasFresh || waiters[$0].user.isFresh }
    }

    /// The first turn whose customer waits, else the first one for whoever has had least for its weight.
    private func choice(for due: ArraySlice<Permit>) -> (permit: Int, waiter: Int)? {
        guard let first = due.indices.first else { return nil }
        let tier = tier
        var places: [Int64: Int] = [:]
        for index in tier.reversed() { places[waiters[index].user.customer] = index }
        for index in due.indices {
            if let customer = permits[index].customer, let waiter = places[customer] { return (index, waiter) }
        }
        return leastServed(among: tier).map { (first, $0) }
    }

    private func leastServed(among tier: [Int]) -> Int? { tier.min { had(waiters[$0]) < had(waiters[$1]) } }

    private func had(_ waiter: Waiter) -> Double { served[waiter.user.customer] ?? progress }

    // MARK: Turning away

    /// Those behind the turns at hand who have waited long enough, or will have by the first turn that is free.
    private mutating func refuseTheLast(_ now: Timestamp) -> [Action] {
        let turns = permits.prefix(inHand(now)).map(\.at)
        let inHand = turns.count
        let gap = answer?.gap ?? .zero
        let next = hasAll ? (sent.values.min() ?? now) + rule.window : answer?.next ?? now
        let crowd = max(1, answer?.processes ?? 1)
        let isAsking = isAsking
        let isDistant = inHand == 0 && !isAsking && answeredAt.map { now >= $0 } == true
        return refusals { waiter, place in
            guard let patience = waiter.patience else { return nil }
            if place < inHand {
                return turns[place] - now > patience ? turns[place] - patience / 2 : nil
            }
            let isTired = now - waiter.since >= patience
            guard isTired || (isDistant && next - now > patience) else { return nil }
            // Back a little before its turn, since it has to be claimed first.
            let turn = max(next, now) + min(gap * ((place - inHand) * crowd), .seconds(3600))
            return max(now + .seconds(1), turn - patience / 2)
        }
    }

    private mutating func refusals(_ until: (Waiter, Int) -> Timestamp?) -> [Action] {
        var actions: [Action] = []
        var kept: [Waiter] = []
        for (place, waiter) in waiters.enumerated() {
            if let time = until(waiter, place) {
                actions.append(.refuse(waiter.id, until: time))
            } else {
                kept.append(waiter)
            }
        }
        waiters = kept
        return actions
    }
}

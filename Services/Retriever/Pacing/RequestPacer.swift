import Catalog
import Models
import Service
import Storage
import Synchronization

/// Keeps the requests of all retrievers together within the providers' limits. Requests wait for their turn here, but
/// not for long: beyond ``patience`` the run is postponed instead, so that it does not hold up another one.
package actor RequestPacer {
    private struct Entry {
        var lane: PacingLane
        var timer: (at: Timestamp, task: Task<Void, Never>)?
    }

    private let clock: any WallClock
    private let budgets: any BudgetStore
    private let process: String
    private let patience: Duration?
    private let lease: Duration
    private let metrics: RetrieverMetrics?
    /// False where nobody's clock runs.
    private let isPacing: Bool
    private let logger = Logger(label: "limits")
    private var entries: [BudgetKey: Entry] = [:]
    private var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    private var lastID = 0
    private var alignment = ClockAlignment()
    /// When what a run has for itself was last confirmed.
    private var alone: [String: [BudgetKey: Timestamp]] = [:]
    private var slowed: [BudgetKey: Timestamp] = [:]
    /// What may not be used, readable without waiting: most requests have no limit and should not queue for this.
    private nonisolated let blocked = Mutex<[BudgetKey: Timestamp]>([:])

    /// A pacer of `process` over the budgets that all share.
    package init(
        clock: any WallClock, budgets: any BudgetStore, process: String, patience: Duration? = .seconds(5),
        lease: Duration = .seconds(15), metrics: RetrieverMetrics? = nil
    ) {
        self.clock = clock
        self.budgets = budgets
        self.process = process
        self.patience = patience
        self.lease = lease
        self.metrics = metrics
        isPacing = true
    }

    /// A pacer that lets everything through at once: for plays of exchanges, whose clock stands still.
    package init(unpaced clock: any WallClock) {
        self.clock = clock
        budgets = MemoryBudgetStore(clock: clock)
        process = ""
        patience = nil
        lease = .zero
        metrics = nil
        isPacing = false
    }

    /// Runs `request` when the quota of `user` allows it. One that is `patient` waits however long it takes: what it
    /// belongs to could not go on later from where it is.
    /// - Throws: ``QuotaWait`` where it would take long; what `request` throws.
    package nonisolated func run<Result: Sendable>(
        _ user: QuotaUser, _ limits: RequestLimits, isPatient: Bool = false,
        _ request: @Sendable () async throws -> Result
    ) async throws -> Result {
        guard isPacing else { return try await request() }
        let key = BudgetKey(owner: user.owner, limitClass: limits.limitClass)
        if limits.isUnlimited {
            while let until = block(of: key) {
                if !isPatient, let patience, until - clock.now > patience {
                    metrics?.noteLimitPostponement()
                    throw QuotaWait(until: until)
                }
                try await clock.sleep(for: until - clock.now)
            }
            return try await request()
        }
        if limits.isExclusive { try await takeAlone(key, for: user) }
        guard limits.rule.requests != nil || limits.rule.concurrency != nil else { return try await request() }
        let begin = clock.now
        let id = try await enter(key, user, limits, isPatient ? nil : patience)
        metrics?.noteWait(clock.now - begin)
        do {
            let result = try await request()
            await leave(id, key)
            return result
        } catch {
            await leave(id, key)
            throw error
        }
    }

    /// The provider refused a request as one too many, until a time if it named one. Without a class, that holds for
    /// everything of the owner.
    package func throttled(_ user: QuotaUser, _ limits: RequestLimits, until time: Timestamp?) async {
        guard isPacing else { return }
        let key = BudgetKey(owner: user.owner, limitClass: limits.limitClass)
        if let time { block(key, until: time) }
        guard time != nil || limits.rule.requests != nil else { return }
        await tell(user) { try await $0.throttle(key, rule: limits.rule, pause: time.map { $0 - clock.now }) }
        slowDown(key)
    }

    /// What a response said of what is left: where that would be used up before there is more, everybody slows down, and
    /// stops where it is.
    package func note(_ quota: Quota, of user: QuotaUser, _ limits: RequestLimits) async {
        guard isPacing, let remaining = quota.remaining, let reset = quota.resetAt else { return }
        let key = BudgetKey(owner: user.owner, limitClass: limits.limitClass)
        let now = clock.now
        let time = reset - now
        guard time > .zero else { return }
        if remaining <= 0 {
            block(key, until: reset)
            await tell(user) { try await $0.slow(key, to: nil, for: time) }
        } else if let gap = limits.rule.gap, time / remaining > gap * 5 / 4,
            slowed[key].map({ now - $0 >= .seconds(1) }) ?? true
        {
            slowed[key] = now
            await tell(user) { try await $0.slow(key, to: time / remaining, for: time) }
            slowDown(key)
        }
    }

    private func slowDown(_ key: BudgetKey) {
        entries[key]?.lane.slowDown()
        advance(key)
    }

    private func tell(_ user: QuotaUser, _ what: (any BudgetStore) async throws -> Void) async {
        do {
            try await what(budgets)
        } catch {
            logger.warning(
                "the other retrievers could not be told of a provider's limit",
                [.provider: .text(user.owner), .error: .error(error)])
        }
    }

    // MARK: Blocks

    private nonisolated func block(of key: BudgetKey) -> Timestamp? {
        let now = clock.now
        return blocked.withLock { blocked in
            guard !blocked.isEmpty else { return nil }
            let until = [blocked[key], blocked[BudgetKey(owner: key.owner)]].compactMap { $0 }.max()
            return until.flatMap { $0 > now ? $0 : nil }
        }
    }

    private func block(_ key: BudgetKey, until time: Timestamp) {
        blocked.withLock { $0[key] = max($0[key] ?? time, time) }
        for other in entries.keys where other == key || (key.limitClass.isEmpty && other.owner == key.owner) {
            entries[other]?.lane.block(until: time)
            advance(other)
        }
    }

    /// Learns what other retrievers were told, and keeps what runs of this one have for themselves.
    package func watch() async throws {
        let now = clock.now
        let known = try await budgets.blocks()
        blocked.withLock { blocked in blocked = blocked.filter { $0.value > now } }
        for found in known { block(found.key, until: clock.now + found.remaining) }
        for (run, keys) in alone {
            for (key, since) in keys where now - since >= lease / 3 {
                let isKept = try await budgets.takeAlone(key, holder: run, for: lease)
                guard alone[run]?[key] != nil else { continue }
                alone[run]?[key] = isKept ? clock.now : nil
            }
        }
    }

    // MARK: Having a budget alone

    private func takeAlone(_ key: BudgetKey, for user: QuotaUser) async throws {
        let holder = "\(process)/\(user.run)"
        if let since = alone[holder]?[key], clock.now - since < lease / 2 { return }
        guard try await budgets.takeAlone(key, holder: holder, for: lease) else {
            metrics?.noteLimitPostponement()
            throw QuotaWait(until: clock.now + .seconds(10))
        }
        alone[holder, default: [:]][key] = clock.now
    }

    /// The run has ended: what it had for itself is free.
    package func finish(run: String) async {
        let holder = "\(process)/\(run)"
        guard alone.removeValue(forKey: holder) != nil else { return }
        do {
            try await budgets.release(holder: holder)
        } catch {
            logger.warning("what a run had for itself is free only after its lease", [.error: .error(error)])
        }
    }

    // MARK: Lanes

    private func enter(
        _ key: BudgetKey, _ user: QuotaUser, _ limits: RequestLimits, _ patience: Duration?
    ) async throws -> Int {
        lastID += 1
        let id = lastID
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                waiting[id] = continuation
                var entry =
                    entries[key]
                    ?? Entry(lane: PacingLane(process: process, rule: limits.rule, lease: lease, now: clock.now))
                entry.lane.rule = limits.rule
                if let until = block(of: key) { entry.lane.block(until: until) }
                entry.lane.enter(id, user, patience: patience, now: clock.now)
                entries[key] = entry
                advance(key)
            }
        } onCancel: {
            Task { await self.cancel(id, key) }
        }
        return id
    }

    private func cancel(_ id: Int, _ key: BudgetKey) {
        guard entries[key]?.lane.remove(id) == true else { return }
        waiting.removeValue(forKey: id)?.resume(throwing: CancellationError())
        advance(key)
    }

    private func leave(_ id: Int, _ key: BudgetKey) {
        entries[key]?.lane.leave(id, now: clock.now)
        advance(key)
    }

    private func advance(_ key: BudgetKey) {
        let now = clock.now
        guard let actions = entries[key]?.lane.step(now: now) else { return }
        for action in actions {
            switch action {
            case .admit(let id): waiting.removeValue(forKey: id)?.resume()
            case .refuse(let id, let until):
                metrics?.noteLimitPostponement()
                waiting.removeValue(forKey: id)?.resume(throwing: QuotaWait(until: until))
            case .ask(let ask): Task { await self.ask(ask, key) }
            case .wake(let time): wake(key, at: time, now: now)
            }
        }
        if entries[key]?.lane.isIdle(now: now) == true {
            entries[key]?.timer?.task.cancel()
            entries[key] = nil
        }
        metrics?.waitingForLimits.set(waiting.count)
    }

    private func wake(_ key: BudgetKey, at time: Timestamp, now: Timestamp) {
        if let timer = entries[key]?.timer {
            // One that rings sooner looks again by itself.
            if timer.at <= time { return }
            timer.task.cancel()
        }
        let clock = clock
        let task = Task {
            do { try await clock.sleep(for: time - now) } catch { return }
            self.ring(key, time)
        }
        entries[key]?.timer = (time, task)
    }

    private func ring(_ key: BudgetKey, _ time: Timestamp) {
        guard entries[key]?.timer?.at == time else { return }
        entries[key]?.timer = nil
        advance(key)
    }

    private func ask(_ ask: BudgetAsk, _ key: BudgetKey) async {
        guard let rule = entries[key]?.lane.rule else { return }
        let sent = clock.now
        var ask = ask
        ask.free = ask.free.map(alignment.shared)
        metrics?.noteLimitQuestion()
        do {
            let grant = try await budgets.lease(key, ask, rule: rule)
            let now = clock.now
            alignment.note(grant.now, sent: sent, received: now)
            let alignment = alignment
            entries[key]?.lane.answered(grant, now: now) { alignment.local($0) }
        } catch {
            logger.warning(
                "a provider's budget could not be asked", [.provider: .text(key.owner), .error: .error(error)])
            entries[key]?.lane.notAnswered(now: clock.now)
        }
        advance(key)
    }
}

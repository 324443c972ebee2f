import Models

/// Budgets in memory, for one process and for tests.
public actor MemoryBudgetStore: BudgetStore {
    private struct Entry {
        var budget = RateBudget()
        var blockedUntil: Timestamp?
        var holder: String?
        var heldUntil = Timestamp(microseconds: .min)
    }

    private let clock: any WallClock
    private var entries: [BudgetKey: Entry] = [:]

    /// An empty store whose time is `clock`'s.
    public init(clock: any WallClock) { self.clock = clock }

    /// Turns and places for a process.
    public func lease(_ key: BudgetKey, _ ask: BudgetAsk, rule: BudgetRule) -> BudgetGrant {
        let whole = entries[BudgetKey(owner: key.owner)]?.blockedUntil
        let blocked = [whole, entries[key]?.blockedUntil].compactMap { $0 }.max()
        return entries[key, default: Entry()].budget.lease(ask, rule: rule, blockedUntil: blocked, now: clock.now)
    }

    /// The provider refused a request.
    public func throttle(_ key: BudgetKey, rule: BudgetRule, pause: Duration?) {
        entries[key, default: Entry()].budget.decrease(rule, pause: pause, now: clock.now)
        if let pause { block(key, for: pause) }
    }

    /// What is left lasts only at this pace.
    public func slow(_ key: BudgetKey, to gap: Duration?, for remaining: Duration) {
        guard let gap else { return block(key, for: remaining) }
        entries[key, default: Entry()].budget.slow(to: gap, until: clock.now + remaining, now: clock.now)
    }

    private func block(_ key: BudgetKey, for pause: Duration) {
        let until = clock.now + pause
        let known = entries[key]?.blockedUntil ?? until
        entries[key, default: Entry()].blockedUntil = max(known, until)
    }

    /// All that may not be used at present.
    public func blocks() -> [BudgetBlock] {
        let now = clock.now
        return entries.compactMap { key, entry in
            entry.blockedUntil.flatMap { $0 > now ? BudgetBlock(key: key, remaining: $0 - now) : nil }
        }
    }

    /// Takes a budget for one run alone.
    public func takeAlone(_ key: BudgetKey, holder: String, for lease: Duration) -> Bool {
        var entry = entries[key] ?? Entry()
        guard entry.holder == nil || entry.holder == holder || entry.heldUntil <= clock.now else { return false }
        entry.holder = holder
        entry.heldUntil = clock.now + lease
        entries[key] = entry
        return true
    }

    /// Lets everything go that `holder` has for itself.
    public func release(holder: String) {
        for key in entries.keys where entries[key]?.holder == holder { entries[key]?.holder = nil }
    }
}

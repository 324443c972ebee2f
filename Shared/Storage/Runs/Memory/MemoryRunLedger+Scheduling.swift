import Models

extension MemoryRunLedger: SchedulingStore {
    /// Replaces what is known of the schedules and caps of the providers named.
    public func publish(schedules: [ProviderSchedule], caps: [String: Int]) {
        let providers = Set(schedules.map(\.provider)).union(caps.keys)
        self.schedules = self.schedules.filter { !providers.contains($0.value.provider) }
        self.caps = self.caps.filter { !providers.contains($0.key) }
        for schedule in schedules { self.schedules["\(schedule.provider).\(schedule.object)"] = schedule }
        for (provider, cap) in caps { self.caps[provider] = cap }
    }

    /// The longest time between two full runs of an object, and the time between two sweeps: what overrides say goes
    /// first, and there zero is never.
    private func rhythms(of entry: Entry) -> (reconcile: Duration?, sweep: Duration?) {
        let schedule = schedules["\(entry.provider).\(entry.object)"]
        let reconcile = entry.pace.reconcile ?? schedule?.reconcile
        let sweep = entry.pace.sweep ?? schedule?.sweep
        return (reconcile == .zero ? nil : reconcile, sweep == .zero ? nil : sweep)
    }

    /// How often an object is synced.
    func pace(of entry: Entry) -> Duration {
        entry.every ?? (entry.pace.isOverridden ? entry.pace.every : nil)
            ?? schedules["\(entry.provider).\(entry.object)"]?.every ?? entry.pace.every ?? .seconds(3600)
    }

    /// Opens a run for up to `limit` objects that are due and returns how many there were.
    public func openDue(limit: Int) -> Int {
        let now = clock.now
        return change(limit: limit, where: { $0.state == .idle && $0.runnable && $0.nextDue <= now }) { entry in
            guard entry.move(.open) else { return false }
            entry.run += 1
            entry.attempt = 0
            entry.until = nil
            entry.untilIsBounded = false
            entry.position = nil
            entry.nextPage = 0
            entry.nextCursor = nil
            entry.postponements = 0
            entry.openedAt = now
            entry.queuedAt = now
            let (reconcile, sweep) = self.rhythms(of: entry)
            if entry.completeUntil == nil, entry.cursor == nil {
                entry.kind = .initial
            } else if let reconcile, let lastFull = entry.lastFull, lastFull + reconcile < now {
                entry.kind = .full
            } else if let sweep, let last = entry.lastSweep ?? entry.lastFull, last + sweep < now {
                entry.kind = .sweep
                // One that fails is tried again in a day.
                entry.lastSweep = now - sweep + min(sweep, .seconds(86_400))
            } else {
                entry.kind = .incremental
            }
            return true
        }
    }

    /// Queues up to `limit` postponed runs whose time has come.
    public func wakePostponed(limit: Int) -> Int {
        let now = clock.now
        return change(limit: limit, where: { $0.state == .postponed && ($0.wakeAt ?? now) <= now }) { entry in
            entry.queuedAt = now
            entry.wakeAt = nil
            return entry.move(.wake)
        }
    }

    /// Queues up to `limit` runs whose holder's lease has ended.
    public func reclaimAbandoned(limit: Int) -> Int {
        let now = clock.now
        return change(limit: limit, where: { $0.state == .running && !self.isAlive($0.holder, at: now) }) { entry in
            entry.holder = nil
            entry.queuedAt = now
            return entry.move(.holderLost)
        }
    }

    /// Queues again what was rung for longer than `after` ago and not claimed.
    public func forgetRings(after: Duration) -> Int {
        let limit = clock.now - after
        return change(where: { $0.state == .queued && $0.rungAt.map { $0 < limit } ?? false }) { entry in
            entry.rungAt = nil
            return true
        }
    }

    /// Ends the waiting runs of objects that are no longer to be synced.
    public func cancelUnrunnable(limit: Int) -> Int {
        change(limit: limit, where: { !$0.runnable && ($0.state == .queued || $0.state == .postponed) }) { entry in
            entry.pages = [:]
            entry.rungAt = nil
            return entry.move(.cancel)
        }
    }

    /// The providers that have runs waiting for a ring.
    public func providersWaiting() -> [String] {
        Set(entries.values.filter { $0.state == .queued && $0.rungAt == nil }.map(\.provider)).sorted()
    }

    /// Picks the runs of `provider` to be rung for now, in weighted fair order across customers, within the caps and
    /// within twice the free slots that live retrievers report (at least `minimum`), and marks them rung.
    public func ring(provider: String, minimum: Int) -> [Doorbell] {
        let now = clock.now
        var busy: [Int64: Int] = [:]
        var everywhere: [Int64: Int] = [:]
        var unanswered = 0
        for entry in entries.values where entry.state == .running || (entry.state == .queued && entry.rungAt != nil) {
            everywhere[entry.customerID, default: 0] += 1
            guard entry.provider == provider else { continue }
            busy[entry.customerID, default: 0] += 1
            if entry.state == .queued { unanswered += 1 }
        }
        let free = retrievers.values.filter { $0.expires > now && ($0.providers?.contains(provider) ?? true) }
            .reduce(0) { $0 + $1.freeSlots }
        let room = min(
            max(minimum, 2 * free) - unanswered, caps[provider].map { $0 - busy.values.reduce(0, +) } ?? .max,
            circuits[provider].map { $0.runsAtOnce - busy.values.reduce(0, +) } ?? .max)
        var candidates: [(id: Int64, turn: Double, queuedAt: Timestamp)] = []
        let waiting = entries.filter {
            $0.value.provider == provider && $0.value.state == .queued && $0.value.rungAt == nil
        }
        for (customer, runs) in Dictionary(grouping: waiting, by: { $0.value.customerID }) {
            let left = customerCaps[customer].map { max($0 - (everywhere[customer] ?? 0), 0) } ?? .max
            let ordered = runs.sorted { ($0.value.queuedAt ?? now, $0.key) < ($1.value.queuedAt ?? now, $1.key) }
            for (place, run) in ordered.prefix(left).enumerated() {
                let turn = Double((busy[customer] ?? 0) + place + 1) / (weights[customer] ?? 1)
                candidates.append((run.key, turn, run.value.queuedAt ?? now))
            }
        }
        candidates.sort { ($0.turn, $0.queuedAt, $0.id) < ($1.turn, $1.queuedAt, $1.id) }
        return candidates.prefix(max(room, 0)).compactMap { candidate in
            guard var entry = entries[candidate.id] else { return nil }
            entry.rungAt = now
            entries[candidate.id] = entry
            return Doorbell(objectID: candidate.id, object: entry.source.object, run: entry.run, provider: provider)
        }
    }

    /// Takes rings back that could not be sent.
    public func unring(_ rings: [Doorbell]) {
        for ring in rings where entries[ring.objectID]?.run == ring.run { entries[ring.objectID]?.rungAt = nil }
    }

    /// Makes the coming partitions of the history and drops what is older than `keep`.
    public func maintainHistory(keep: Duration) {}

    /// How many objects there are in each state but idle.
    public func stateCounts() -> [StateCount] {
        let live = entries.values.filter { $0.state != .idle }
        return Dictionary(grouping: live) { "\($0.provider) \($0.state.rawValue)" }.values.compactMap { group in
            group.first.map { StateCount(provider: $0.provider, state: $0.state, objects: Int64(group.count)) }
        }
    }

    func isAlive(_ lease: RetrieverLease?, at now: Timestamp) -> Bool {
        guard let lease, let retriever = retrievers[lease.id] else { return false }
        return retriever.epoch == lease.epoch && retriever.expires > now
    }
}

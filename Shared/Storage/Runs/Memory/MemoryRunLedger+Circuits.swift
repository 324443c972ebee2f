import Models

extension MemoryRunLedger: CircuitStore {
    /// Looks at every provider with trouble and does what its machine says.
    public func assessCircuits(_ rules: CircuitRules) -> [CircuitChange] {
        var changes: [CircuitChange] = []
        for provider in Set(troubles.values.map(\.provider)).union(circuits.keys).sorted() {
            var machine = CircuitMachine(circuits[provider] ?? .closed, rules: rules)
            let seen = observe(provider, rules)
            let action = machine.handle(seen)
            circuits[provider] = machine.circuit == .closed ? nil : machine.circuit
            switch action {
            case .open: open(provider, failing: seen.failing, rules)
            case .probe(let allowed): wake(provider, allowed)
            case .close: close(provider)
            case nil: continue
            }
            if let action { changes.append(CircuitChange(provider: provider, action: action, failing: seen.failing)) }
        }
        return changes
    }

    private func observe(_ provider: String, _ rules: CircuitRules) -> CircuitObservation {
        let now = clock.now
        let mine = entries.values.filter { $0.provider == provider }
        if case .halfOpen(_, _, let since) = circuits[provider] {
            return CircuitObservation(
                failing: troubles.values.count { $0.provider == provider && $0.at > since },
                answered: mine.count { entry in
                    entry.claimedAt.map { $0 > since } ?? false
                        && (entry.answeredAt.map { $0 > since } ?? false
                            || (entry.state == .running && entry.pages.values.contains { $0.attempt == entry.attempt }))
                },
                waiting: mine.count { $0.state == .queued || $0.state == .running }, now: now)
        }
        let current = troubles.filter { integration, trouble in
            trouble.provider == provider && trouble.at > now - rules.window
                && !mine.contains {
                    $0.integrationID == integration && ($0.answeredAt.map { $0 > trouble.at } ?? false)
                }
        }.map(\.value.at).sorted(by: >)
        let since = current.prefix(rules.integrations).last ?? now
        let answered = Set(mine.filter { $0.answeredAt.map { $0 > since } ?? false }.map(\.integrationID))
        return CircuitObservation(failing: current.count, answered: answered.count, waiting: 0, now: now)
    }

    private func open(_ provider: String, failing: Int, _ rules: CircuitRules) {
        let mine = troubles.filter { $0.value.provider == provider }
        for integration in mine.keys {
            guard let known = health[integration], known.stopped == nil, let since = known.failingSince,
                since > clock.now - rules.window
            else { continue }
            health[integration] = nil
            resolve { $0.integrationID == integration && $0.kind == .failing }
        }
        openedAt[provider] = clock.now
        let cause = mine.values.max { $0.at < $1.at }?.cause ?? ""
        raise(AlertDraft.outage(of: provider, failing: failing, cause: cause), nil, nil)
    }

    private func wake(_ provider: String, _ allowed: Int) {
        let waiting = entries.filter {
            $0.value.state == .postponed && $0.value.provider == provider && $0.value.failureClass == .transient
        }.sorted { ($0.value.wakeAt ?? clock.now, $0.key) < ($1.value.wakeAt ?? clock.now, $1.key) }
        for (id, _) in waiting.prefix(allowed) { entries[id]?.wakeAt = clock.now }
    }

    private func close(_ provider: String) {
        let opened = openedAt.removeValue(forKey: provider) ?? clock.now
        resolve { $0.key == "outage:\(provider)" }
        let mine = Set(entries.values.filter { $0.provider == provider }.map(\.integrationID))
        for integration in mine {
            guard let since = health[integration]?.failingSince, since < opened else { continue }
            health[integration]?.failingSince = since + (clock.now - opened)
        }
        var place = 0
        for (id, entry) in entries.sorted(by: { $0.key < $1.key })
        where entry.state == .postponed && entry.provider == provider && entry.failureClass == .transient {
            place += 1
            entries[id]?.wakeAt = min(entry.wakeAt ?? clock.now, clock.now + .milliseconds(20 * place))
        }
    }
}

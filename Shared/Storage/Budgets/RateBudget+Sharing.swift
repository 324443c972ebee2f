import Models

extension RateBudget {
    /// One customer's wishes in one tier, over all processes.
    private struct Candidate {
        var account: Int
        var wishes: [(holder: Int, demand: Int)]
    }

    /// Gives out the turns between `start` and `end`: each to the customer that has had least for its weight, fresh
    /// work before backfill, as long as anybody wants one.
    mutating func share(from start: Int64, until end: Int64, gap: Int64, _ rule: BudgetRule, at time: Int64) {
        var (fresh, backfill) = candidates(at: time)
        while let place = freePlace(rule), case let turn = max(next, start, place), turn <= end {
            guard let choice = pick(&fresh) ?? pick(&backfill) else { break }
            takePlace(rule)
            let customer = accounts[choice.account].customer
            accounts[choice.account].served += 1 / accounts[choice.account].weight
            holders[choice.holder].demand[choice.demand].count -= 1
            holders[choice.holder].turns.append(BudgetTurn(at: turn, customer: customer))
            next = turn + gap
        }
    }

    /// Who is next, and for which process: the one that wants most of its turns.
    private func pick(_ candidates: inout [Candidate]) -> (account: Int, holder: Int, demand: Int)? {
        while let index = candidates.indices.min(by: {
            accounts[candidates[$0].account].served < accounts[candidates[$1].account].served
        }) {
            let candidate = candidates[index]
            let wish = candidate.wishes.max {
                holders[$0.holder].demand[$0.demand].count < holders[$1.holder].demand[$1.demand].count
            }
            if let wish, holders[wish.holder].demand[wish.demand].count > 0 {
                return (candidate.account, wish.holder, wish.demand)
            }
            candidates.remove(at: index)
        }
        return nil
    }

    /// Everybody who wants a turn. Whoever comes anew starts level with the others, so that nobody saves up turns.
    private mutating func candidates(at time: Int64) -> (fresh: [Candidate], backfill: [Candidate]) {
        var places: [Int64: Int] = [:]
        for (index, account) in accounts.enumerated() { places[account.customer] = index }
        var wishing: Set<Int> = []
        var tiers: [Bool: [Int: Candidate]] = [:]
        for (holderIndex, holder) in holders.enumerated() where holder.asksUntil > time {
            for (demandIndex, demand) in holder.demand.enumerated() where demand.count > 0 {
                let index: Int
                if let known = places[demand.customer] {
                    index = known
                } else {
                    index = accounts.count
                    places[demand.customer] = index
                    accounts.append(
                        Account(
                            customer: demand.customer, weight: demand.weight, served: -.greatestFiniteMagnitude,
                            seen: time))
                }
                accounts[index].weight = demand.weight
                accounts[index].seen = time
                wishing.insert(index)
                tiers[demand.isFresh, default: [:]][index, default: Candidate(account: index, wishes: [])]
                    .wishes.append((holderIndex, demandIndex))
            }
        }
        level(wishing)
        let sorted = { (tier: [Int: Candidate]?) in (tier ?? [:]).sorted { $0.key < $1.key }.map(\.value) }
        return (sorted(tiers[true]), sorted(tiers[false]))
    }

    private mutating func level(_ wishing: Set<Int>) {
        let known = wishing.map { accounts[$0].served }.filter { $0 > -.greatestFiniteMagnitude }
        let middle = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
        for index in wishing {
            let account = accounts[index]
            if account.served == -.greatestFiniteMagnitude {
                accounts[index].served = known.min() ?? 0
            } else {
                accounts[index].served = max(account.served, middle - Self.credit / min(account.weight, 1))
            }
        }
    }

    /// How many requests a process may have under way: its share, and what the others do not want of theirs, but never
    /// what they still hold. Where there are fewer places than processes, they take turns.
    func places(for ask: BudgetAsk, _ rule: BudgetRule, at time: Int64) -> Int? {
        guard let limit = rule.concurrency else { return nil }
        let others = holders.filter { $0.expires > time }
        let held = others.reduce(0) { $0 + $1.places }
        let wishing = others.filter { $0.wantedPlaces > 0 && $0.asksUntil > time }
        var names = wishing.map(\.process)
        if ask.wantedPlaces > 0 { names.append(ask.process) }
        names.sort()
        guard let mine = names.firstIndex(of: ask.process) else { return 0 }
        let rotation = Int(time / 2_000_000 % Int64(names.count))
        func share(_ place: Int) -> Int {
            limit / names.count + ((place + rotation) % names.count < limit % names.count ? 1 : 0)
        }
        var spare = 0
        for (place, name) in names.enumerated() where place != mine {
            guard let other = wishing.first(where: { $0.process == name }) else { continue }
            spare += max(0, share(place) - other.wantedPlaces)
        }
        return max(0, min(ask.wantedPlaces, share(mine) + spare, limit - held))
    }
}

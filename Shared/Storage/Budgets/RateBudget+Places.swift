import Models

/// The places of a limit: each is free, given to a process, or free again from a time on.
extension RateBudget {
    /// Places that are free from the same time on.
    struct Cooling: Sendable, Codable, Equatable {
        var at: Int64
        var count: Int

        private enum CodingKeys: String, CodingKey {
            case at = "a"
            case count = "n"
        }
    }

    /// Places that nobody has or had within a window; below zero where the limit was lowered.
    private func fresh(_ rule: BudgetRule) -> Int {
        let given = holders.reduce(0) { $0 + $1.held + $1.turns.count }
        return (rule.requests ?? 0) - given - cooling.reduce(0) { $0 + $1.count }
    }

    /// From when on the next place is free; nil while processes have all.
    func freePlace(_ rule: BudgetRule) -> Int64? { fresh(rule) > 0 ? 0 : firstCooling(rule).map { cooling[$0].at } }

    /// The one that is free first. Where the limit was lowered, as many as are too many do not count.
    private func firstCooling(_ rule: BudgetRule) -> Int? {
        var excess = max(0, -fresh(rule))
        return cooling.firstIndex { place in
            if place.count > excess { return true }
            excess -= place.count
            return false
        }
    }

    /// Takes the place that ``freePlace(_:)`` told of.
    mutating func takePlace(_ rule: BudgetRule) {
        guard fresh(rule) <= 0, let index = firstCooling(rule) else { return }
        cooling[index].count -= 1
        if cooling[index].count == 0 { cooling.remove(at: index) }
    }

    /// `count` places are free from `time` on.
    mutating func cool(_ time: Int64, _ count: Int, _ rule: BudgetRule) {
        guard count > 0, rule.requests != nil else { return }
        let grain = rule.grain
        let at = grain > 1 ? (time / grain + 1) * grain : time
        let index = cooling.firstIndex { $0.at >= at } ?? cooling.endIndex
        if index < cooling.endIndex, cooling[index].at == at {
            cooling[index].count += count
        } else {
            cooling.insert(Cooling(at: at, count: count), at: index)
        }
    }

    /// Takes back what a process no longer has. What it neither has nor gives back was lost on the way, perhaps used.
    mutating func takeBack(_ ask: BudgetAsk, from holder: inout Holder, _ rule: BudgetRule, at time: Int64) {
        let free = ask.free.prefix(max(0, holder.held))
        for place in free where place.microseconds > time { cool(place.microseconds, 1, rule) }
        cool(time + (rule.window + rule.arrival).microseconds, holder.held - free.count - max(0, ask.held), rule)
        holder.held = max(0, ask.held)
    }
}

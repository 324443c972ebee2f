import Models

extension MemoryRunLedger: SweepStore {
    /// Notes ids that the provider listed; those of earlier sweeps of the object go.
    public func note(_ ids: [String], of claim: RunClaim, lease: RetrieverLease) -> Bool {
        guard held(claim, lease) != nil else { return false }
        var seen = sweeps[claim.objectID] ?? Sweep(run: claim.run)
        if seen.run != claim.run { seen = Sweep(run: claim.run) }
        seen.ids.formUnion(ids)
        sweeps[claim.objectID] = seen
        return true
    }

    /// Counts what was listed, what is stored and what of that was not listed.
    public func count(_ claim: RunClaim, lease: RetrieverLease) -> SweepCounts? {
        guard held(claim, lease) != nil else { return nil }
        let seen = seenIDs(claim)
        let stored = storedIDs[claim.objectID] ?? []
        return SweepCounts(
            listed: Int64(seen.count), stored: Int64(stored.count), missing: Int64(stored.subtracting(seen).count))
    }

    /// Notes how a sweep was judged. A refusal is told to the operator.
    public func judge(
        _ counts: SweepCounts, share: Double, refusal: String?, of claim: RunClaim, lease: RetrieverLease
    ) -> Bool {
        guard held(claim, lease) != nil else { return false }
        sweeps[claim.objectID, default: Sweep(run: claim.run)].refusal = refusal
        return true
    }

    /// The next ids, in their order, that are stored and were not listed.
    public func missing(behind id: String?, limit: Int, of claim: RunClaim, lease: RetrieverLease) -> [String]? {
        guard held(claim, lease) != nil else { return nil }
        let missing = (storedIDs[claim.objectID] ?? []).subtracting(seenIDs(claim))
        let sorted = missing.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return Array(sorted.drop { id.map($0.isAtMost) ?? false }.prefix(limit))
    }

    /// Says what is stored of an object, as the processor would have it.
    public func store(_ ids: [String], of object: Int64) { storedIDs[object] = Set(ids) }

    private func seenIDs(_ claim: RunClaim) -> Set<String> {
        guard let sweep = sweeps[claim.objectID], sweep.run == claim.run else { return [] }
        return sweep.ids
    }
}

extension String {
    /// Whether this comes before `other` or is the same, by bytes.
    fileprivate func isAtMost(_ other: String) -> Bool { !other.utf8.lexicographicallyPrecedes(utf8) }
}

import Models

extension MemoryRunLedger: RetrievalStore {
    /// Registers a process, or registers it again after its lease ended, with a new epoch.
    public func register(id: PublicID, providers: [String]?, capacity: Int, lease: Duration) -> RetrieverLease {
        let epoch = (retrievers[id]?.epoch ?? 0) + 1
        retrievers[id] = Retriever(
            epoch: epoch, providers: providers, freeSlots: capacity, expires: clock.now + lease)
        return RetrieverLease(id: id, epoch: epoch)
    }

    /// Renews a lease; false when it has ended and everything held under it is lost.
    public func renew(_ lease: RetrieverLease, freeSlots: Int, for duration: Duration) -> Bool {
        guard isAlive(lease, at: clock.now) else { return false }
        retrievers[lease.id]?.expires = clock.now + duration
        retrievers[lease.id]?.freeSlots = freeSlots
        return true
    }

    /// Lets go of any number of runs in one statement and returns the claims that still held.
    public func release(_ lease: RetrieverLease) {
        guard retrievers[lease.id]?.epoch == lease.epoch else { return }
        retrievers[lease.id]?.expires = clock.now
        retrievers[lease.id]?.freeSlots = 0
    }

    /// Claims the runs that `rings` tell of, as far as they are still queued and rung for.
    public func claim(_ rings: [Doorbell], lease: RetrieverLease) -> [ClaimedRun] {
        guard isAlive(lease, at: clock.now) else { return [] }
        return rings.compactMap { ring in
            guard var entry = entries[ring.objectID], entry.run == ring.run, entry.rungAt != nil, entry.runnable,
                entry.move(.claim)
            else { return nil }
            entry.attempt += 1
            entry.holder = lease
            entry.claimedAt = clock.now
            entry.rungAt = nil
            let until = entry.until ?? clock.now
            entry.until = until
            if let gap = entry.pages.filter({ !$0.value.acknowledged }).keys.min() {
                entry.position = entry.pages[gap]?.positionBefore
                entry.nextPage = gap
                entry.pages = entry.pages.filter { $0.key < gap }
            }
            entries[ring.objectID] = entry
            return ClaimedRun(
                objectID: ring.objectID, run: entry.run, attempt: entry.attempt, customerID: entry.customerID,
                integrationID: entry.integrationID, source: entry.source, provider: entry.provider,
                object: entry.object, kind: entry.kind, completeUntil: entry.completeUntil, until: until,
                untilIsBounded: entry.untilIsBounded, cursor: entry.cursor, position: entry.position,
                nextPage: entry.nextPage, definitionHash: entry.definition, settings: entry.settings,
                postponements: entry.postponements, failures: entry.failures,
                customerWeight: weights[entry.customerID] ?? 1)
        }
    }

    /// Makes the steps of any number of runs in one statement and returns the claims that still hold.
    public func advance(_ steps: [RunAdvance], lease: RetrieverLease) -> Set<RunClaim> {
        Set(
            steps.compactMap { step in
                guard var entry = held(step.claim, lease) else { return nil }
                entry.acknowledge(step.acknowledged)
                if let clock = step.declaration.providerClock { entry.bound(by: clock) }
                let declaration = step.declaration
                entry.pages[declaration.page] = Page(
                    attempt: step.claim.attempt, expected: declaration.expected,
                    positionBefore: declaration.positionBefore, receipts: Set(declaration.unsendable.map(\.index)),
                    rejected: Int64(declaration.unsendable.count))
                entries[step.claim.objectID] = entry
                return step.claim
            })
    }

    /// Lets go of any number of runs in one statement and returns the claims that still held.
    public func release(_ releases: [RunRelease], lease: RetrieverLease) -> Set<RunClaim> {
        Set(
            releases.compactMap { release in
                guard var entry = held(release.claim, lease) else { return nil }
                entry.acknowledge(release.acknowledged)
                if let clock = release.providerClock { entry.bound(by: clock) }
                entry.position = release.position
                if release.nextPage > entry.nextPage { entry.postponements = 0 }
                entry.nextPage = release.nextPage
                entry.holder = nil
                entry.rungAt = nil
                let event: RunEvent
                switch release.ending {
                case .drain(let cursor):
                    entry.position = nil
                    entry.nextCursor = cursor
                    entry.drainedAt = clock.now
                    entry.answeredAt = clock.now
                    event = .drain
                case .awaitReceipts:
                    entry.drainedAt = clock.now
                    event = .awaitReceipts
                case .postpone(let wakeAt, let cause):
                    entry.wakeAt = wakeAt
                    entry.failureClass = cause.kind
                    if cause.isTroubleOfProvider { noteTrouble(entry, cause.cause) }
                    entry.postponements += 1
                    event = .postpone
                case .handBack:
                    entry.queuedAt = clock.now
                    event = .handBack
                }
                guard entry.move(event) else { return nil }
                entries[release.claim.objectID] = entry
                return release.claim
            })
    }

    /// Hands back the runs that the database has under this lease, that were claimed longer than `after` ago and are
    /// not among `held`: an answer was lost on its way, or a write failed for good.
    public func handBackOrphans(
        notAmong held: [RunClaim], claimedBefore after: Duration, lease: RetrieverLease
    ) -> Int {
        let limit = clock.now - after
        let known = Dictionary(held.map { ($0.objectID, $0.attempt) }) { $1 }
        var orphans = 0
        for (id, entry) in entries where entry.state == .running && entry.holder == lease {
            guard let claimedAt = entry.claimedAt, claimedAt < limit, known[id] != entry.attempt else { continue }
            var entry = entry
            entry.holder = nil
            entry.queuedAt = clock.now
            guard entry.move(.handBack) else { continue }
            entries[id] = entry
            orphans += 1
        }
        return orphans
    }

    /// The provider refuses an old position: the run starts again from its beginning, with the same window.
    public func restart(_ claim: RunClaim, lease: RetrieverLease) -> Bool {
        guard var entry = held(claim, lease) else { return false }
        entry.pages = [:]
        entry.position = nil
        entry.nextPage = 0
        entries[claim.objectID] = entry
        return true
    }

    /// Records without a receipt, of these objects and of their customers.
    public func backlog(objects: [Int64]) -> Backlog {
        let customers = Set(objects.compactMap { entries[$0]?.customerID })
        var backlog = Backlog()
        for (id, entry) in entries where customers.contains(entry.customerID) {
            let missing = entry.pages.values.reduce(Int64(0)) { $0 + Int64($1.expected) - Int64($1.receipts.count) }
            guard missing > 0 else { continue }
            backlog.byObject[id] = missing
            backlog.byCustomer[entry.customerID, default: 0] += missing
        }
        return backlog
    }

    /// Notes which definition a run uses and stores the definition under its hash.
    public func use(
        definition hash: String, provider: String, object: String, body: [UInt8], claim: RunClaim,
        lease: RetrieverLease
    ) -> Bool {
        guard var entry = held(claim, lease) else { return false }
        entry.definition = hash
        entries[claim.objectID] = entry
        noteDefinition(hash, body: body)
        return true
    }

    func held(_ claim: RunClaim, _ lease: RetrieverLease) -> Entry? {
        guard let entry = entries[claim.objectID], entry.run == claim.run, entry.attempt == claim.attempt,
            entry.state == .running, entry.holder == lease, isAlive(lease, at: clock.now)
        else { return nil }
        return entry
    }
}

extension MemoryRunLedger.Entry {
    mutating func acknowledge(_ acknowledged: ClosedRange<Int32>?) {
        guard let acknowledged else { return }
        for page in acknowledged { pages[page]?.acknowledged = true }
    }

    /// The window never passes the provider's clock; said once a run.
    mutating func bound(by clock: Timestamp) {
        guard !untilIsBounded else { return }
        until = until.map { min($0, clock) }
        untilIsBounded = true
    }
}

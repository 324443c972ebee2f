import Models
import Storage

/// A run ledger that keeps what a retriever writes into it.
actor WatchedLedger: RetrievalStore {
    /// How an attempt ended.
    enum Ending: Sendable {
        case drained
        case postponed(until: Timestamp, Failure)
        case heldUp
        case handedBack
        case failed(Failure)
    }

    let ledger: MemoryRunLedger
    /// The pages that were declared, by the restarts before.
    private(set) var declared: [[PageDeclaration]] = [[]]
    private(set) var endings: [Ending] = []
    private let restarted: @Sendable () -> Void

    /// `restarted` is called when a run begins anew; by then nothing is on its way to the broker.
    init(_ ledger: MemoryRunLedger, restarted: @escaping @Sendable () -> Void) {
        self.ledger = ledger
        self.restarted = restarted
    }

    func register(id: PublicID, providers: [String]?, capacity: Int, lease: Duration) async throws -> RetrieverLease {
        await ledger.register(id: id, providers: providers, capacity: capacity, lease: lease)
    }

    func renew(_ lease: RetrieverLease, freeSlots: Int, for duration: Duration) async throws -> Bool {
        await ledger.renew(lease, freeSlots: freeSlots, for: duration)
    }

    func release(_ lease: RetrieverLease) async throws { await ledger.release(lease) }

    func claim(_ rings: [Doorbell], lease: RetrieverLease) async throws -> [ClaimedRun] {
        await ledger.claim(rings, lease: lease)
    }

    func advance(_ steps: [RunAdvance], lease: RetrieverLease) async throws -> Set<RunClaim> {
        declared[declared.count - 1] += steps.map(\.declaration)
        return await ledger.advance(steps, lease: lease)
    }

    func release(_ releases: [RunRelease], lease: RetrieverLease) async throws -> Set<RunClaim> {
        for release in releases {
            switch release.ending {
            case .drain: endings.append(.drained)
            case .postpone(let wakeAt, let cause): endings.append(.postponed(until: wakeAt, cause))
            case .awaitReceipts: endings.append(.heldUp)
            case .handBack: endings.append(.handedBack)
            }
        }
        return await ledger.release(releases, lease: lease)
    }

    func fail(_ claim: RunClaim, with failure: Failure, lease: RetrieverLease) async throws -> Bool {
        endings.append(.failed(failure))
        return await ledger.fail(claim, with: failure, lease: lease)
    }

    func restart(_ claim: RunClaim, lease: RetrieverLease) async throws -> Bool {
        declared.append([])
        restarted()
        return await ledger.restart(claim, lease: lease)
    }

    func handBackOrphans(notAmong held: [RunClaim], claimedBefore after: Duration, lease: RetrieverLease) async throws
        -> Int
    { await ledger.handBackOrphans(notAmong: held, claimedBefore: after, lease: lease) }

    func backlog(objects: [Int64]) async throws -> Backlog { await ledger.backlog(objects: objects) }

    func use(
        definition hash: String, provider: String, object: String, body: [UInt8], claim: RunClaim,
        lease: RetrieverLease
    ) async throws -> Bool {
        await ledger.use(
            definition: hash, provider: provider, object: object, body: body, claim: claim, lease: lease)
    }
}

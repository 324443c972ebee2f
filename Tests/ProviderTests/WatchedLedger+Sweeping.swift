import Models
import Storage

extension WatchedLedger: SweepStore {
    func note(_ ids: [String], of claim: RunClaim, lease: RetrieverLease) async throws -> Bool {
        await ledger.note(ids, of: claim, lease: lease)
    }

    func count(_ claim: RunClaim, lease: RetrieverLease) async throws -> SweepCounts? {
        await ledger.count(claim, lease: lease)
    }

    func judge(
        _ counts: SweepCounts, share: Double, refusal: String?, of claim: RunClaim, lease: RetrieverLease
    ) async throws -> Bool {
        await ledger.judge(counts, share: share, refusal: refusal, of: claim, lease: lease)
    }

    func missing(
        behind id: String?, limit: Int, of claim: RunClaim, lease: RetrieverLease
    ) async throws -> [String]? {
        await ledger.missing(behind: id, limit: limit, of: claim, lease: lease)
    }
}

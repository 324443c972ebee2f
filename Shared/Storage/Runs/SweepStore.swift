import Models

/// What a sweep of ids keeps. Like every write of a retriever these are conditional on the claim and the lease; nil and
/// false mean that they no longer hold.
public protocol SweepStore: Sendable {
    /// Notes ids that the provider listed; those of earlier sweeps of the object go.
    func note(_ ids: [String], of claim: RunClaim, lease: RetrieverLease) async throws -> Bool
    /// Counts what was listed, what is stored and what of that was not listed.
    func count(_ claim: RunClaim, lease: RetrieverLease) async throws -> SweepCounts?
    /// Notes how a sweep was judged. A refusal is told to the operator.
    func judge(_ counts: SweepCounts, share: Double, refusal: String?, of claim: RunClaim, lease: RetrieverLease)
        async throws -> Bool
    /// The next ids, in their order, that are stored and were not listed.
    func missing(behind id: String?, limit: Int, of claim: RunClaim, lease: RetrieverLease) async throws -> [String]?
}

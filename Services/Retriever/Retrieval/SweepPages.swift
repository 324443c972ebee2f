import Catalog
import Models
import Storage

/// What a sweep does beside asking the provider: keeping the ids that were listed, and comparing them with what is
/// stored.
package struct SweepPages: Sendable {
    /// Deletions a page.
    static let size = 500

    private let store: any SweepStore

    /// Pages over what `store` keeps.
    package init(store: any SweepStore) { self.store = store }

    /// Keeps the ids of a page; false when the claim no longer holds.
    package func keep(_ page: FetchedPage, of claim: RunClaim, lease: RetrieverLease) async throws -> Bool {
        guard !page.seen.isEmpty else { return true }
        return try await store.note(page.seen, of: claim, lease: lease)
    }

    /// The next page of deletions; nil when the claim no longer holds. At the beginning it is decided whether there
    /// are any.
    package func page(
        _ comparison: SweepComparison, of retrieval: Retrieval, claim: RunClaim, lease: RetrieverLease
    ) async throws -> FetchedPage? {
        if comparison.after == nil {
            guard let counts = try await store.count(claim, lease: lease) else { return nil }
            let refusal = counts.refusal(share: comparison.share)
            guard
                try await store.judge(counts, share: comparison.share, refusal: refusal, of: claim, lease: lease)
            else { return nil }
            if let refusal {
                var page = retrieval.page(ofMissing: [], isLast: true)
                page.ignored = refusal
                return page
            }
        }
        let missing = try await store.missing(behind: comparison.after, limit: Self.size, of: claim, lease: lease)
        return missing.map { retrieval.page(ofMissing: $0, isLast: $0.count < Self.size) }
    }
}

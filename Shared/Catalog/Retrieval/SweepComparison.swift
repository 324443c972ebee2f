import JSON

/// The end of a sweep: what is stored and was not listed. No request is made for it.
public struct SweepComparison: Sendable, Hashable {
    /// Ids up to this one have been told already; nil at the beginning, where it is decided whether anything is removed.
    public var after: String?
    /// The largest part of the object's records that may be removed.
    public var share: Double

    /// A comparison.
    public init(after: String?, share: Double) {
        self.after = after
        self.share = share
    }
}

extension PagePosition {
    /// Where a sweep compares ids.
    init(comparingBehind id: String?) {
        self.init(mark: id.map(JSONValue.string) ?? .null)
        stage = .missing
    }
}

extension Retrieval {
    /// What is to be compared at `position`; nil where a request is to be made.
    public func comparison(at position: PagePosition) -> SweepComparison? {
        guard position.stage == .missing else { return nil }
        return SweepComparison(after: position.mark.string, share: object.sweep?.share ?? 0)
    }

    /// The page of deletions that `missing` ids make, which were asked for at a comparison's position in their order.
    public func page(ofMissing missing: [String], isLast: Bool) -> FetchedPage {
        let records = missing.map {
            FetchedRecord(externalID: $0, modifiedAt: nil, isDeleted: true, payload: nil, rejection: nil)
        }
        return FetchedPage(
            records: records,
            step: isLast ? .end : missing.last.map { .next(PagePosition(comparingBehind: $0)) } ?? .end,
            listed: records.count, leftOut: 0, superseded: 0, replacedCharacters: 0, unreadableTimes: 0, cursor: nil,
            ignored: nil)
    }
}

/// What a sweep of ids found, counted.
public struct SweepCounts: Sendable, Hashable {
    /// Ids that the provider listed.
    public var listed: Int64
    /// Records that are stored and not deleted.
    public var stored: Int64
    /// Those of them that were not listed.
    public var missing: Int64

    /// Counts.
    public init(listed: Int64, stored: Int64, missing: Int64) {
        self.listed = listed
        self.stored = stored
        self.missing = missing
    }

    /// Why nothing may be removed; nil where what is missing may go. A provider that lists nothing, or much less than
    /// before, is more likely to have a bad day than to have lost its records.
    public func refusal(share: Double) -> String? {
        guard missing > 0 else { return nil }
        if listed == 0 {
            return "the sweep listed nothing, while \(stored) records are stored: nothing was removed"
        }
        guard Double(missing) > share * Double(stored) else { return nil }
        func percent(_ part: Double) -> String {
            let tenths = Int64((part * 1000).rounded())
            return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
        }
        let found = percent(Double(missing) / Double(max(1, stored)))
        return "the sweep would remove \(missing) of \(stored) records (\(found), more than \(percent(share))): "
            + "nothing was removed"
    }
}

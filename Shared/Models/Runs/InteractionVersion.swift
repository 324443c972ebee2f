/// The order of the versions of one Interaction (2-contracts, "Window and version"): an older one never overwrites a
/// newer one, whatever is delivered late or twice.
public struct InteractionVersion: Hashable, Comparable, Sendable {
    /// The provider's modified time, bounded by the run's `until` so that a record dated 2099 pins nothing; `until`
    /// where the record has none.
    public var modified: Timestamp
    /// The object's run number.
    public var run: Int64
    /// The claim within the run.
    public var attempt: Int32
    /// The page within the run.
    public var page: Int32
    /// The record within the page.
    public var index: Int32

    /// The version of a record that the provider says was modified at `modifiedAt`, seen in a run whose window ends at
    /// `until`.
    public init(modifiedAt: Timestamp?, until: Timestamp, run: Int64, attempt: Int32, page: Int32, index: Int32) {
        self.modified = min(modifiedAt ?? until, until)
        self.run = run
        self.attempt = attempt
        self.page = page
        self.index = index
    }

    /// The time by which this record takes precedence over others that describe the same account or contact: the
    /// provider's own, since the bound of a window must not make changes look simultaneous, but never more than a day
    /// past that bound.
    public func precedence(modifiedAt: Timestamp?) -> Timestamp {
        modifiedAt.map { min($0, modified + .seconds(86_400)) } ?? modified
    }

    /// Compares modified time, run, attempt, page and index, in that order.
    public static func < (left: InteractionVersion, right: InteractionVersion) -> Bool {
        if left.modified != right.modified { return left.modified < right.modified }
        return (left.run, left.attempt, left.page, left.index) < (right.run, right.attempt, right.page, right.index)
    }
}

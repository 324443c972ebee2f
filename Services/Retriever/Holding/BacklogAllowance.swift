/// How many records of one customer may be on their way: as many as keep the processors busy until the backlog is
/// looked at again, and hardly more, since everybody else's records wait behind them.
package struct BacklogAllowance: Sendable, Equatable {
    /// What a customer may always have on its way: five pages of the usual size.
    package static let least: Int64 = 500

    /// The records that may be on their way.
    package private(set) var records: Int64
    private let most: Int64

    /// The least allowance, which may grow to `most`.
    package init(most: Int64) {
        self.most = most
        records = min(most, Self.least)
    }

    /// Takes note of how many records were left when the backlog was looked at while runs waited for it to shrink.
    /// Nearly nothing left: the processors were about to run dry. Much of it left: they have more than they can take.
    package mutating func note(left: Int64) {
        if left < records / 4 {
            records = min(most, records + records / 2)
        } else if left > records / 3 {
            records = max(min(most, Self.least), records - records / 8)
        }
    }
}

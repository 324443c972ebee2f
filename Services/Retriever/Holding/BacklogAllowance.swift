/// How many records of one customer may be on their way: as many as keep the processors busy until the backlog is
/// looked at again, and hardly more, since everybody else's records wait behind them.
package struct BacklogAllowance: Sendable, Equatable {
    /// What a customer may always have on its way: five pages of the usual size.
    package static let least: Int64 = 500
    /// What a customer may have on its way beside others that fetch as much as they may, in records.
    package static let turn: Int64 = 3_000
    /// What all of them together may have on their way before that is less than a turn each, in records.
    package static let turns: Int64 = 15_000

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
    ///
    /// Where several customers fetch as much as they may, each waits for the others whatever it has on its way itself.
    /// Each then has its turn in full: a processor that finds a few hundred records at a time works up to a third more
    /// for each of them.
    /// - Parameter customers: how many customers fetch as much as they may, this one included.
    package mutating func note(left: Int64, customers: Int) {
        let least = min(most, Self.least(customers: customers))
        if left < records / 4 {
            records = records + records / 2
        } else if left > records / 3 {
            records = records - records / 8
        }
        records = min(most, max(least, records))
    }

    private static func least(customers: Int) -> Int64 {
        customers > 1 ? max(least, min(turn, turns / Int64(customers))) : least
    }
}

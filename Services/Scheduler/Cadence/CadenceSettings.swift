/// The paces and bounds of a scheduler.
package struct CadenceSettings: Sendable, Hashable {
    /// Between two looks at the database when there was nothing to do.
    package var interval: Duration
    /// Between two looks for runs whose holder died, rings without an answer, and late runs.
    package var housekeepingInterval: Duration
    /// Rows that one statement takes.
    package var batch: Int
    /// Unanswered rings of a provider that are always allowed.
    package var minimumRings: Int
    /// Providers that are rung for at once: fewer than there are sessions, since one may wait for another's turn.
    package var providersAtOnce: Int
    /// How long a ring may go unanswered.
    package var ringPatience: Duration
    /// How long a drained run may wait for its receipts before a barrier asks after them.
    package var lateAfter: Duration
    /// How long a barrier may take before it is sent again.
    package var barrierPatience: Duration
    /// How long history is kept.
    package var historyKept: Duration
    /// Partitions of a provider's doorbell topic: at most so many retrievers share its rings.
    package var doorbellPartitions: Int32
    /// Partitions of the topics of records.
    package var recordPartitions: Int32

    /// The defaults of the configuration table.
    package init(
        interval: Duration = .milliseconds(100), housekeepingInterval: Duration = .seconds(1), batch: Int = 5000,
        minimumRings: Int = 16, providersAtOnce: Int = 3,
        ringPatience: Duration = .seconds(15), lateAfter: Duration = .seconds(60),
        barrierPatience: Duration = .seconds(30), historyKept: Duration = .seconds(14 * 86_400),
        doorbellPartitions: Int32 = 12, recordPartitions: Int32 = 12
    ) {
        self.interval = interval
        self.housekeepingInterval = housekeepingInterval
        self.batch = batch
        self.minimumRings = minimumRings
        self.providersAtOnce = providersAtOnce
        self.ringPatience = ringPatience
        self.lateAfter = lateAfter
        self.barrierPatience = barrierPatience
        self.historyKept = historyKept
        self.doorbellPartitions = doorbellPartitions
        self.recordPartitions = recordPartitions
    }
}

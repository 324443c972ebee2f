import Models

/// How far the database's clock is ahead of this process's, as well as the answers tell.
package struct ClockAlignment: Sendable {
    private var least: Int64 = 0
    private var most: Int64 = 0
    private var since: Timestamp?
    /// Clocks drift, and are set: what was found counts for so long.
    private static let life = Duration.seconds(30)

    /// No answer yet.
    package init() {}

    /// The database's clock showed `time` at some moment between `sent` and `received` of this process's.
    package mutating func note(_ time: Timestamp, sent: Timestamp, received: Timestamp) {
        let low = (time - max(sent, received)).microseconds
        let high = (time - min(sent, received)).microseconds
        if let since, received - since < Self.life, received >= since, low <= most, high >= least {
            least = max(least, low)
            most = min(most, high)
        } else {
            (least, most) = (low, high)
            since = received
        }
    }

    /// This process's time of a time of the database's, and later rather than earlier.
    package func local(_ time: Timestamp) -> Timestamp { time - .microseconds(least) }

    /// The database's time of a time of this process's, and later rather than earlier.
    package func shared(_ time: Timestamp) -> Timestamp { time + .microseconds(most) }
}

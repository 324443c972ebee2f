/// Notices a producer that the broker will never acknowledge anything again: a broker that lost its memory and answers
/// every attempt with "unknown producer", which librdkafka takes for a reason to repeat for ever. Pure.
package struct StallWatch {
    private var lastProgress: ContinuousClock.Instant
    private var lostConnection = false
    private var reachableSince: ContinuousClock.Instant?

    /// Nothing has happened yet.
    package init(at now: ContinuousClock.Instant) { lastProgress = now }

    /// A message was acknowledged, or there is none that could be.
    package mutating func progressed(at now: ContinuousClock.Instant, acknowledged: Bool) {
        lastProgress = now
        reachableSince = nil
        if acknowledged { lostConnection = false }
    }

    /// All connections broke; the broker may be another one, or have forgotten us, when it comes back.
    package mutating func disconnected() {
        lostConnection = true
        reachableSince = nil
    }

    /// Whether it is time to look if the broker can be reached.
    package func wantsProbe(at now: ContinuousClock.Instant) -> Bool {
        now - lastProgress >= (lostConnection ? .seconds(1) : .seconds(10))
    }

    /// The broker answered a simple question, or did not.
    /// - Returns: whether it has been there for so long without an acknowledgement that none will come.
    package mutating func probed(isReachable: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard isReachable else {
            reachableSince = nil
            return false
        }
        let since = reachableSince ?? now
        reachableSince = since
        return now - since >= (lostConnection ? .seconds(3) : .seconds(10))
    }
}

import Models

/// How long a provider usually takes to answer, as far as the last half minute tells.
package struct UsualAnswer: Sendable {
    private struct Period {
        var sum = Duration.zero
        var count = 0
    }

    private var current = Period()
    private var previous = Period()
    private var since: Timestamp?
    /// Providers and machines change: what was found counts for one to two of these.
    private static let life = Duration.seconds(15)

    /// No answer yet.
    package init() {}

    /// The mean time between sending a request and its answer; nil before the first one.
    package var duration: Duration? {
        let count = current.count + previous.count
        return count == 0 ? nil : (current.sum + previous.sum) / count
    }

    /// A request was answered after `duration`.
    package mutating func note(_ duration: Duration, now: Timestamp) {
        if let since, now >= since, now - since < Self.life {
            current.sum += duration
            current.count += 1
        } else {
            previous = since.map { now - $0 < Self.life * 2 } == true ? current : Period()
            current = Period(sum: duration, count: 1)
            since = now
        }
    }
}

/// When repeated failure stops an integration: a count and a time together, so that neither a busy hour nor a quiet
/// week does it alone.
public struct FailureRules: Sendable, Hashable {
    /// Failed runs in a row.
    public var runs: Int
    /// Time without a success.
    public var time: Duration
    /// From one attempt to the next of an integration that was stopped.
    public var probeEvery: Duration

    /// Rules.
    public init(runs: Int = 10, time: Duration = .seconds(3 * 86_400), probeEvery: Duration = .seconds(6 * 3600)) {
        self.runs = max(1, runs)
        self.time = max(.zero, time)
        self.probeEvery = max(.seconds(1), probeEvery)
    }

    /// Whether both bounds are passed.
    func isExceeded(runs: Int, time: Duration) -> Bool { runs >= self.runs && time >= self.time }

    /// Whether half of both bounds is passed.
    func isHalfWay(runs: Int, time: Duration) -> Bool { runs * 2 >= self.runs && time * 2 >= self.time }
}

/// Why Tributary stopped an integration.
public enum StopReason: String, Sendable, CaseIterable {
    /// The provider refuses the credential: nothing is asked until a person has connected it again.
    case authorization
    /// It failed too often for too long: one object goes on asking now and then, and its first success undoes this.
    case repeated
}

/// How an integration has been doing since its last success. Gone with the next one.
public struct IntegrationHealth: Sendable, Hashable {
    /// Failed runs in a row, all objects together.
    public var failedRuns: Int
    /// When the first of them failed.
    public var failingSince: Timestamp?
    /// Whether somebody was told that it is about to be stopped.
    public var isWarned: Bool
    /// Why it is stopped.
    public var stopped: StopReason?

    /// A healthy integration.
    public init(failedRuns: Int = 0, failingSince: Timestamp? = nil, isWarned: Bool = false, stopped: StopReason? = nil)
    {
        self.failedRuns = failedRuns
        self.failingSince = failingSince
        self.isWarned = isWarned
        self.stopped = stopped
    }
}

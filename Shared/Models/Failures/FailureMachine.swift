/// What happened to an integration.
public enum HealthEvent: Sendable, Equatable {
    /// A run of one of its objects failed.
    /// - `inARow`: runs of that object that failed in a row before this one.
    /// - `providerIsDown`: the provider's circuit is open, it fails for everyone.
    /// - `isStale`: a person enabled the integration after the run had begun, so that it says nothing about now.
    case failed(FailureClass, inARow: Int, providerIsDown: Bool, isStale: Bool, at: Timestamp)
    /// A run of one of its objects succeeded.
    case succeeded
    /// A person enabled it, or connected it again.
    case enabled
}

/// What is to be done about it.
public enum HealthAction: Sendable, Equatable {
    /// No object is asked for any more, but for the probe that `repeated` allows.
    case stop(StopReason)
    /// What was stopped goes on.
    case resume
    /// The object is not asked for until a person says so.
    case pauseObject
    /// The object is asked for again after so many of its paces beyond the usual one.
    case retry(afterPaces: Int)
    /// The object is asked for again after a fixed time.
    case probe(after: Duration)
    /// Somebody is told.
    case raise(AlertKind)
}

/// The health of one integration as a pure state machine: what happened goes in, what is to be done comes out. The table
/// "Failures" of the contracts is here and nowhere else; the stores carry out what it says, in the transaction of what
/// happened.
public struct FailureMachine: Sendable {
    private let rules: FailureRules
    /// What is to be remembered until the next event.
    public private(set) var health: IntegrationHealth

    /// A machine that goes on from `health`.
    public init(_ health: IntegrationHealth, rules: FailureRules) {
        self.health = health
        self.rules = rules
    }

    /// Takes note of what happened and says what is to be done.
    public mutating func handle(_ event: HealthEvent) -> [HealthAction] {
        switch event {
        case .succeeded:
            // A run that was under way when the credential was refused proves nothing about the next request.
            guard health.stopped != .authorization else { return [] }
            defer { health = IntegrationHealth() }
            return health.stopped == nil ? [] : [.resume]
        case .enabled:
            defer { health = IntegrationHealth() }
            return [.resume]
        case .failed(let kind, let inARow, let providerIsDown, let isStale, let now):
            if isStale { return [.retry(afterPaces: 0)] }
            if kind == .authorization { return refused() }
            let counted = count(kind, providerIsDown: providerIsDown, at: now)
            if kind == .configuration { return [.pauseObject, .raise(.paused)] + counted }
            var actions: [HealthAction] =
                health.stopped == .repeated
                ? [.probe(after: rules.probeEvery)] : [.retry(afterPaces: Self.paces(after: inARow))]
            if kind == .definition { actions.append(.raise(.misfit)) }
            if kind == .internalFault { actions.append(.raise(.fault)) }
            return actions + counted
        }
    }

    private mutating func refused() -> [HealthAction] {
        defer { health.stopped = .authorization }
        // Its other runs find the same; nobody is told twice, since an open alert is counted and not sent again.
        return [.stop(.authorization), .raise(.reconnect)]
    }

    /// Counts the failure, and stops or warns where both bounds, or half of them, are passed.
    private mutating func count(_ kind: FailureClass, providerIsDown: Bool, at now: Timestamp) -> [HealthAction] {
        // While it is down for everyone it is not this customer's business. A postponement is no failure at all.
        if kind == .throttled || (kind == .transient && providerIsDown) { return [] }
        let since = health.failingSince ?? now
        health.failingSince = since
        health.failedRuns += 1
        guard health.stopped == nil else { return [] }
        if rules.isExceeded(runs: health.failedRuns, time: now - since) {
            health.stopped = .repeated
            return [.stop(.repeated), .probe(after: rules.probeEvery), .raise(.stopped)]
        }
        guard !health.isWarned, rules.isHalfWay(runs: health.failedRuns, time: now - since) else { return [] }
        health.isWarned = true
        return [.raise(.failing)]
    }

    /// Beyond its usual pace: 0, 1, 3, 7, 15 paces after the first, second, … failure in a row.
    static func paces(after inARow: Int) -> Int { (1 << min(max(inARow, 0), 4)) - 1 }
}

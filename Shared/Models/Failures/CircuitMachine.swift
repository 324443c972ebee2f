/// When a provider counts as down for everyone, and how its integrations come back.
public struct CircuitRules: Sendable, Hashable {
    /// Integrations that have to fail together.
    public var integrations: Int
    /// How long a failure counts.
    public var window: Duration
    /// The first pause before a probe; each failed one doubles it.
    public var pause: Duration
    /// The longest pause.
    public var longestPause: Duration
    /// Runs at once that count as everyone: with so many under way without a failure the circuit closes.
    public var everyone: Int

    /// Rules.
    public init(
        integrations: Int = 5, window: Duration = .seconds(600), pause: Duration = .seconds(30),
        longestPause: Duration = .seconds(600), everyone: Int = 64
    ) {
        self.integrations = max(2, integrations)
        self.window = window
        self.pause = pause
        self.longestPause = max(pause, longestPause)
        self.everyone = max(1, everyone)
    }

    func pause(after pauses: Int) -> Duration {
        var pause = pause
        for _ in 0..<min(max(pauses, 0), 30) where pause < longestPause { pause = pause * 2 }
        return min(pause, longestPause)
    }
}

/// Whether a provider is asked.
public enum Circuit: Sendable, Hashable {
    /// As usual.
    case closed
    /// Not at all before `probeAt`. `pauses`: probes that failed since it opened.
    case open(probeAt: Timestamp, pauses: Int)
    /// By so many runs at once.
    case halfOpen(allowed: Int, pauses: Int, since: Timestamp)

    /// How many of the provider's runs may be under way.
    public var runsAtOnce: Int {
        switch self {
        case .closed: .max
        case .open: 0
        case .halfOpen(let allowed, _, _): allowed
        }
    }
}

/// What a look at a provider's integrations found.
public struct CircuitObservation: Sendable, Hashable {
    /// Integrations that failed: while closed, in the window and without an answer since; while half open, since it is.
    public var failing: Int
    /// While closed: integrations that were answered while the newest `CircuitRules.integrations` of the others failed.
    /// While half open: runs that were answered since.
    public var answered: Int
    /// Runs that wait for a ring, are rung for or running.
    public var waiting: Int
    /// The database's time.
    public var now: Timestamp

    /// What was found.
    public init(failing: Int, answered: Int, waiting: Int, now: Timestamp) {
        self.failing = failing
        self.answered = answered
        self.waiting = waiting
        self.now = now
    }
}

/// What is to be done about a provider.
public enum CircuitAction: Sendable, Hashable {
    /// It is down for everyone: nobody is asked, nothing is counted, the operator is told once.
    case open
    /// So many runs may try; as many postponed ones are woken.
    case probe(allowed: Int)
    /// It is back: what was postponed comes back spread over time, and the alert is over.
    case close
}

/// The circuit of one provider as a pure state machine.
public struct CircuitMachine: Sendable {
    private let rules: CircuitRules
    /// Where it stands.
    public private(set) var circuit: Circuit

    /// A machine that goes on from `circuit`.
    public init(_ circuit: Circuit, rules: CircuitRules) {
        self.circuit = circuit
        self.rules = rules
    }

    /// Takes note of what was found and says what is to be done.
    public mutating func handle(_ seen: CircuitObservation) -> CircuitAction? {
        switch circuit {
        case .closed:
            // As many are answered as fail: then it is not down, and whose fault it is, is theirs.
            guard seen.failing >= rules.integrations, seen.answered < rules.integrations else { return nil }
            circuit = .open(probeAt: seen.now + rules.pause(after: 0), pauses: 0)
            return .open
        case .open(let probeAt, let pauses):
            guard seen.now >= probeAt else { return nil }
            circuit = .halfOpen(allowed: 1, pauses: pauses, since: seen.now)
            return .probe(allowed: 1)
        case .halfOpen(let allowed, let pauses, let since):
            return judge(seen, allowed: allowed, pauses: pauses, since: since)
        }
    }

    private mutating func judge(
        _ seen: CircuitObservation, allowed: Int, pauses: Int, since: Timestamp
    ) -> CircuitAction? {
        // One that is broken by itself may be among the probes: what counts is whether others are answered.
        if seen.failing > seen.answered {
            circuit = .open(probeAt: seen.now + rules.pause(after: pauses + 1), pauses: pauses + 1)
            return nil
        }
        let isEveryone = allowed >= rules.everyone || seen.waiting == 0
        if seen.answered >= min(allowed, max(1, seen.waiting)), seen.answered > 0 {
            if isEveryone { return close() }
            circuit = .halfOpen(allowed: allowed * 2, pauses: pauses, since: since)
            return .probe(allowed: allowed * 2)
        }
        // Nobody is there to try; whoever comes next finds out.
        if seen.waiting == 0, seen.now - since > rules.longestPause { return close() }
        return nil
    }

    private mutating func close() -> CircuitAction {
        circuit = .closed
        return .close
    }
}

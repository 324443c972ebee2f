import Models

/// What became of a provider's circuit.
public struct CircuitChange: Sendable, Hashable {
    /// The provider.
    public var provider: String
    /// What was done.
    public var action: CircuitAction
    /// Integrations that failed.
    public var failing: Int

    /// A change.
    public init(provider: String, action: CircuitAction, failing: Int) {
        self.provider = provider
        self.action = action
        self.failing = failing
    }
}

/// The circuits of providers: looked at again and again by any number of schedulers, moved as `CircuitMachine` says.
public protocol CircuitStore: Sendable {
    /// Looks at every provider with trouble and does what its machine says; each provider in one transaction, with the
    /// alert that tells of it. Returns what was done.
    func assessCircuits(_ rules: CircuitRules) async throws -> [CircuitChange]
}

extension Circuit {
    /// What a provider's row says; `closed` where there is none.
    init(probeAt: Timestamp?, halfOpenSince: Timestamp?, allowed: Int, pauses: Int) {
        if let since = halfOpenSince {
            self = .halfOpen(allowed: allowed, pauses: pauses, since: since)
        } else if let probeAt {
            self = .open(probeAt: probeAt, pauses: pauses)
        } else {
            self = .closed
        }
    }
}

extension AlertDraft {
    /// The one alert of a provider that is down for everyone.
    static func outage(of provider: String, failing: Int, cause: String) -> AlertDraft {
        AlertDraft(
            .outage,
            Failure(.transient, "\(failing) integrations of \(provider) fail together, the last with: \(cause)"),
            about: AlertSubject(customer: "", integration: "", provider: provider, object: ""))
    }
}

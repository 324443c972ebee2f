import Models

/// The actions of a failure, as a store carries them out together.
struct FailureDecision {
    var stops: StopReason?
    var pausesObject = false
    /// Paces beyond the usual one.
    var paces: Int64 = 0
    var probeAfter: Duration?
    var alerts: [AlertKind] = []
    var health: IntegrationHealth

    init(_ actions: [HealthAction], health: IntegrationHealth) {
        self.health = health
        for action in actions {
            switch action {
            case .stop(let reason): stops = reason
            case .resume: break
            case .pauseObject: pausesObject = true
            case .retry(let paces): self.paces = Int64(paces)
            case .probe(let after): probeAfter = after
            case .raise(let kind): alerts.append(kind)
            }
        }
    }
}

extension Failure {
    /// Whether it says that the provider cannot be reached or does not work: what its circuit counts.
    var isTroubleOfProvider: Bool { kind == .transient && !isOurs }
}

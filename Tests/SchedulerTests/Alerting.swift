import Models
import Storage

/// An alert for tests.
enum Alerting {
    static func report(cause: String = "it answers 401", audience: AlertAudience = .customer) -> AlertReport {
        AlertReport(
            id: PublicID(high: 1, low: 2), kind: "reconnect", failureClass: "authorization", audience: audience,
            subject: "acme/crm", cause: cause, effect: "all 3 objects stand still", advice: "connect it again",
            fixedWhen: "a sync is shown", since: Timestamp(seconds: 1_750_000_000),
            lastAt: Timestamp(seconds: 1_750_000_000), times: 1)
    }

    static func delivery(_ alert: AlertReport = report(), recipient: String? = nil) -> AlertDelivery {
        AlertDelivery(
            id: 1, messageID: PublicID(high: 3, low: 4), channel: .webhook, recipient: recipient, attempt: 1,
            alert: alert)
    }

    /// A ledger with one alert for the operator.
    static func ledger(_ clock: any WallClock) async throws -> MemoryRunLedger {
        let ledger = MemoryRunLedger(clock: clock)
        let id = PublicID(now: clock.now)
        let object = await ledger.add(
            source: ObjectSource(customer: id, integration: id, object: id), customerID: 1, integrationID: 1,
            provider: "p", object: "people", type: .contacts, every: .seconds(60))
        _ = await ledger.openDue(limit: 1)
        let lease = await ledger.register(id: id, providers: nil, capacity: 1, lease: .seconds(3600))
        let rings = await ledger.ring(provider: "p", minimum: 1)
        guard let run = await ledger.claim(rings, lease: lease).first else { return ledger }
        _ = await ledger.fail(
            RunClaim(objectID: object, run: run.run, attempt: run.attempt), with: Failure(.definition, "it is odd"),
            lease: lease)
        return ledger
    }
}

import Connections
import Models
import Service
import Storage

/// The services that look after providers that are down, and bring alerts to people.
struct FailureServices {
    let circuits: any CircuitStore
    let alerts: any AlertStore

    func services(_ context: ServiceContext) throws -> [any Service] {
        let rules = CircuitRules(context)
        let post = AlertPost(
            store: alerts, channels: try AlertSettings.channels(context), clock: context.clock)
        let logger = Logger(label: "circuits")
        let opened = context.metrics.counter(
            "tributary_circuits_opened_total", "Providers that were found to be down for everyone")
        let delivered = context.metrics.counter("tributary_alerts_delivered_total", "Messages about alerts delivered")
        let failed = context.metrics.counter(
            "tributary_alert_deliveries_failed_total", "Tries to deliver messages about alerts that failed")
        return [
            RepeatingService("circuits", every: .seconds(1), context: context) {
                for change in try await circuits.assessCircuits(rules) {
                    switch change.action {
                    case .open:
                        opened.increment()
                        logger.warning(
                            "a provider is down for everyone",
                            [.provider: .text(change.provider), .count: .int(change.failing)])
                    case .probe(let allowed):
                        logger.info(
                            "a provider is tried again", [.provider: .text(change.provider), .slots: .int(allowed)])
                    case .close: logger.info("a provider is back", [.provider: .text(change.provider)])
                    }
                }
                return false
            },
            RepeatingService("alerts", every: .seconds(1), context: context) {
                let round = try await post.deliver()
                delivered.increment(by: round.delivered)
                failed.increment(by: round.failed)
                return round.isBehind
            },
        ]
    }
}

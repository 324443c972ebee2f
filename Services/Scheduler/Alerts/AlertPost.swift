import Models
import Service
import Storage

/// Brings alerts to those who must act: once in effect. A delivery belongs to whoever claimed it for a while; one that
/// died goes on with another, under the same id.
package struct AlertPost: Sendable {
    private let store: any AlertStore
    private let channels: [AlertChannelName: any AlertChannel]
    private let clock: any WallClock
    private let backoff: Backoff
    private let tries: Int
    private let logger = Logger(label: "alerts")

    /// The longest that a try may take, with room.
    static let lease = Duration.seconds(120)
    private static let batch = 20

    /// A post over `channels`. After `tries` tries a delivery is given up; the alert stays open in `tributary alerts`.
    package init(
        store: any AlertStore, channels: [AlertChannelName: any AlertChannel], clock: any WallClock,
        backoff: Backoff = Backoff(base: .seconds(10), cap: .seconds(3600)), tries: Int = 30
    ) {
        self.store = store
        self.channels = channels
        self.clock = clock
        self.backoff = backoff
        self.tries = tries
    }

    /// What one round did.
    package struct Round: Sendable, Hashable {
        /// Alerts that are new.
        package var planned = 0
        /// Messages that were delivered.
        package var delivered = 0
        /// Messages that were not.
        package var failed = 0
        /// Whether there may be more.
        package var isBehind = false

        /// A round that did nothing.
        package init() {}
    }

    /// Plans the deliveries of new alerts and tries those that are due.
    package func deliver() async throws -> Round {
        let names = Set(channels.keys)
        // Where nobody is to be told, alerts wait for the day when somebody is.
        guard !names.isEmpty else { return Round() }
        var round = Round()
        round.planned = try await store.planDeliveries(channels: names)
        let due = try await store.claimDeliveries(channels: names, limit: Self.batch, lease: Self.lease)
        round.isBehind = due.count == Self.batch
        let outcomes = await withTaskGroup(of: (AlertDelivery, AlertDeliveryOutcome).self) { group in
            for delivery in due { group.addTask { (delivery, await attempt(delivery)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (delivery, outcome) in outcomes {
            _ = try await store.settle(delivery, outcome)
            if outcome == .delivered { round.delivered += 1 } else { round.failed += 1 }
        }
        return round
    }

    private func attempt(_ delivery: AlertDelivery) async -> AlertDeliveryOutcome {
        guard let channel = channels[delivery.channel] else { return .givenUp(error: "the channel is not configured") }
        do {
            try await channel.send(delivery, now: clock.now)
            logger.info(
                "an alert was delivered",
                [.alert: .text("\(delivery.alert.id)"), .method: .text(delivery.channel.rawValue)])
            return .delivered
        } catch {
            let isOver = error.isPermanent || delivery.attempt >= tries
            logger.warning(
                isOver ? "an alert could not be delivered" : "an alert is delivered later",
                [
                    .alert: .text("\(delivery.alert.id)"), .method: .text(delivery.channel.rawValue),
                    .attempt: .int(delivery.attempt), .cause: .text(error.description),
                ])
            return isOver
                ? .givenUp(error: error.description)
                : .retry(after: backoff.bound(after: delivery.attempt), error: error.description)
        }
    }
}

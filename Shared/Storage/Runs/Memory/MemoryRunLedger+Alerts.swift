import Models

extension MemoryRunLedger: AlertStore {
    /// Writes for each new alert whom it goes to.
    public func planDeliveries(channels: Set<AlertChannelName>) -> Int {
        var planned = 0
        for place in alertBook.indices where !alertBook[place].isPlanned {
            alertBook[place].isPlanned = true
            planned += 1
            let alert = alertBook[place]
            let email = alert.customerID.flatMap { alertEmails[$0] }
            if channels.contains(.email) { plan(alert, .email, alert.report.audience == .customer ? email : nil) }
            if channels.contains(.webhook) { plan(alert, .webhook, nil) }
        }
        return planned
    }

    private func plan(_ alert: KeptAlert, _ channel: AlertChannelName, _ recipient: String?) {
        deliveries.append(
            KeptDelivery(
                delivery: AlertDelivery(
                    id: nextID(), messageID: PublicID(now: clock.now), channel: channel, recipient: recipient,
                    attempt: 0, alert: alert.report), alert: alert.row, nextAt: clock.now))
    }

    /// Takes up to `limit` deliveries that are due.
    public func claimDeliveries(
        channels: Set<AlertChannelName>, limit: Int, lease: Duration
    ) -> [AlertDelivery] {
        let now = clock.now
        var claimed: [AlertDelivery] = []
        for place in deliveries.indices where claimed.count < limit {
            let kept = deliveries[place]
            guard !kept.isOver, kept.leasedUntil ?? now <= now, channels.contains(kept.delivery.channel),
                let alert = alertBook.first(where: { $0.row == kept.alert })?.report
            else { continue }
            // Nobody is woken for what is over by now.
            if alert.resolvedAt != nil, kept.delivery.attempt > 0 {
                deliveries[place].isOver = true
                continue
            }
            guard kept.nextAt <= now else { continue }
            deliveries[place].delivery.attempt += 1
            deliveries[place].delivery.alert = alert
            deliveries[place].leasedUntil = now + lease
            claimed.append(deliveries[place].delivery)
        }
        return claimed
    }

    /// Notes what became of a try; false if somebody else has claimed the delivery since.
    public func settle(_ delivery: AlertDelivery, _ outcome: AlertDeliveryOutcome) -> Bool {
        let place = deliveries.firstIndex {
            $0.delivery.id == delivery.id && $0.delivery.attempt == delivery.attempt && !$0.isOver
        }
        guard let place else { return false }
        deliveries[place].leasedUntil = nil
        switch outcome {
        case .delivered, .givenUp: deliveries[place].isOver = true
        case .retry(let after, _): deliveries[place].nextAt = clock.now + after
        }
        return true
    }

    /// The open alerts, oldest first; with `includingResolved` those that are over as well.
    public func alerts(includingResolved: Bool, limit: Int) -> [AlertReport] {
        Array(
            alertBook.map(\.report).filter { includingResolved || $0.resolvedAt == nil }
                .sorted { $0.since < $1.since }.prefix(limit))
    }
}

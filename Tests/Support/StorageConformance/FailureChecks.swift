import Models
import Storage

extension RunLedgerFixture {
    /// Fails `run` with `kind`.
    func fail(_ run: ClaimedRun, _ kind: FailureClass, _ lease: RetrieverLease) async throws {
        let failure = Failure(kind, "the provider answers so", advice: "do this")
        try expect(try await retrieval.fail(run.claim, with: failure, lease: lease), true, "whether the run failed")
    }

    /// The kinds of the open alerts.
    func openAlerts() async throws -> [String] {
        try await alerts.alerts(includingResolved: false, limit: 100).map(\.kind).sorted()
    }

    /// Objects of as many integrations of `p`, each with a claimed run.
    func claimedRuns(_ count: Int, _ lease: RetrieverLease) async throws -> [ClaimedRun] {
        for customer in 1...count {
            _ = try await addObject(customer: Int64(customer), provider: "p", every: .seconds(60), weight: 1)
        }
        let runs = try await retrieval.claim(rings(), lease: lease)
        try expect(runs.count, count, "claimed runs")
        return runs
    }

    /// Postpones `run` as one whose provider does not answer.
    func postpone(_ run: ClaimedRun, isOurs: Bool = false, _ lease: RetrieverLease) async throws {
        let ending = RunRelease.Ending.postpone(
            wakeAt: run.until + .seconds(3600), cause: Failure(.transient, "it answers 503", isOurs: isOurs))
        try expect(try await retrieval.release([run.ending(ending)], lease: lease), [run.claim], "the released run")
    }

    /// Ends `run` with success.
    func succeed(_ run: ClaimedRun, _ lease: RetrieverLease) async throws {
        try expect(try await retrieval.release([run.ending(.drain(cursor: nil))], lease: lease), [run.claim])
        try expect(try await scheduling.closeDrained(limit: 10).count, 1, "closed runs")
    }
}

extension RunLedgerCheck {
    static let failing: [RunLedgerCheck] = [
        RunLedgerCheck("a refused credential stops the integration, tells its customer once, and enabling resumes") {
            ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.succeed(run, lease)
            let complete = try await ledger.object(run.objectID).completeUntil
            try await ledger.makeDue(run.objectID)
            guard let next = try await ledger.retrieval.claim(ledger.rings(), lease: lease).first else {
                throw BrokenRule(description: "nothing was due")
            }
            try await ledger.fail(next, .authorization, lease)
            try expect(try await ledger.object(run.objectID).runnable, false, "runnable")
            try expect(try await ledger.openAlerts(), ["reconnect"])
            let alert = try await ledger.alerts.alerts(includingResolved: false, limit: 1).first
            try expect(alert?.audience, .customer)
            try expect(alert?.times, 1)
            try await ledger.enable(objectID: run.objectID)
            try expect(try await ledger.object(run.objectID).runnable, true, "runnable")
            try expect(try await ledger.openAlerts(), [])
            let resumed = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(resumed.map(\.completeUntil), [complete], "where it resumes")
        },
        RunLedgerCheck("a wrong configuration pauses its object, and its success ends the alert") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.fail(run, .configuration, lease)
            try expect(try await ledger.object(run.objectID).runnable, false, "runnable")
            try expect(try await ledger.openAlerts(), ["paused"])
            try await ledger.enable(objectID: run.objectID)
            guard let next = try await ledger.retrieval.claim(ledger.rings(), lease: lease).first else {
                throw BrokenRule(description: "nothing was due")
            }
            try await ledger.succeed(next, lease)
            try expect(try await ledger.openAlerts(), [])
        },
        RunLedgerCheck("what happens again is counted and not told again") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.fail(run, .definition, lease)
            try await ledger.makeDue(run.objectID)
            guard let next = try await ledger.retrieval.claim(ledger.rings(), lease: lease).first else {
                throw BrokenRule(description: "nothing was due")
            }
            try await ledger.fail(next, .definition, lease)
            let alerts = try await ledger.alerts.alerts(includingResolved: true, limit: 10)
            try expect(alerts.filter { $0.kind == "misfit" }.map(\.times), [2])
            try expect(try await ledger.object(run.objectID).runnable, true, "runnable")
        },
        RunLedgerCheck("repeated failure stops an integration, and the first success of its probe undoes it") {
            ledger in
            let lease = try await ledger.retriever()
            var run = try await ledger.claimedRun(lease)
            // The fixtures' rules: 4 runs and no time.
            for failed in 1...4 {
                try await ledger.fail(run, .transient, lease)
                try expect(try await ledger.openAlerts().contains("failing"), failed >= 2, "warned after \(failed)")
                try expect(try await ledger.openAlerts().contains("stopped"), failed == 4, "stopped after \(failed)")
                try await ledger.makeDue(run.objectID)
                guard let next = try await ledger.retrieval.claim(ledger.rings(), lease: lease).first else {
                    throw BrokenRule(description: "nothing was due after \(failed)")
                }
                run = next
            }
            try await ledger.succeed(run, lease)
            try expect(try await ledger.openAlerts(), [])
            try expect(try await ledger.object(run.objectID).runnable, true, "runnable")
        },
    ]

    static let outages: [RunLedgerCheck] = [
        RunLedgerCheck("a provider that fails for many at once is asked by nobody, then by a few, then by all") {
            ledger in
            let lease = try await ledger.retriever(capacity: 50)
            let rules = CircuitRules(integrations: 3, pause: .zero, longestPause: .seconds(3600), everyone: 2)
            let runs = try await ledger.claimedRuns(6, lease)
            for run in runs.prefix(2) { try await ledger.postpone(run, lease) }
            try expect(try await ledger.circuits.assessCircuits(rules), [], "changes after two")
            for run in runs.dropFirst(2) { try await ledger.postpone(run, lease) }
            try expect(
                try await ledger.circuits.assessCircuits(rules),
                [CircuitChange(provider: "p", action: .open, failing: 6)])
            try expect(try await ledger.openAlerts(), ["outage"])
            _ = try await ledger.addObject(customer: 9, provider: "p", every: .seconds(60), weight: 1)
            try expect(try await ledger.rings().count, 0, "rings while it is open")
            // What fails while it is open counts for nobody, and does not open it again.
            try expect(
                try await ledger.circuits.assessCircuits(rules).map(\.action), [.probe(allowed: 1)])
            guard let probe = try await ledger.retrieval.claim(ledger.rings(), lease: lease).first else {
                throw BrokenRule(description: "no probe was rung for")
            }
            try expect(try await ledger.rings().count, 0, "rings beside the probe")
            try await ledger.succeed(probe, lease)
            _ = try await ledger.circuits.assessCircuits(rules)
            for _ in 0..<4 {
                _ = try await ledger.scheduling.wakePostponed(limit: 10)
                for run in try await ledger.retrieval.claim(ledger.rings(), lease: lease) {
                    try await ledger.succeed(run, lease)
                }
                _ = try await ledger.circuits.assessCircuits(rules)
            }
            try expect(try await ledger.openAlerts(), [])
        },
        RunLedgerCheck("our own trouble opens no circuit") { ledger in
            let lease = try await ledger.retriever(capacity: 50)
            for run in try await ledger.claimedRuns(6, lease) { try await ledger.postpone(run, isOurs: true, lease) }
            try expect(try await ledger.circuits.assessCircuits(CircuitRules(integrations: 2)), [])
        },
        RunLedgerCheck("some who fail while others are answered open no circuit") { ledger in
            let lease = try await ledger.retriever(capacity: 50)
            let runs = try await ledger.claimedRuns(8, lease)
            for run in runs.prefix(3) { try await ledger.postpone(run, lease) }
            for run in runs.dropFirst(3) {
                _ = try await ledger.retrieval.release([run.ending(.drain(cursor: nil))], lease: lease)
            }
            try expect(try await ledger.circuits.assessCircuits(CircuitRules(integrations: 3)), [])
        },
    ]

    static let telling: [RunLedgerCheck] = [
        RunLedgerCheck("a delivery belongs to one at a time, keeps its id, and is over once delivered") { ledger in
            let lease = try await ledger.retriever()
            try await ledger.fail(ledger.claimedRun(lease), .definition, lease)
            let channels: Set<AlertChannelName> = [.webhook]
            try expect(try await ledger.alerts.planDeliveries(channels: channels), 1)
            try expect(try await ledger.alerts.planDeliveries(channels: channels), 0)
            let first = try await ledger.claim(channels, lease: .seconds(60))
            try expect(first.count, 1)
            try expect(try await ledger.claim(channels, lease: .seconds(60)).count, 0, "claimed by a second")
            try expect(first[0].recipient, nil)
            try expect(try await ledger.alerts.settle(first[0], .retry(after: .zero, error: "e")), true)
            let second = try await ledger.claim(channels, lease: .zero)
            try expect(second.map(\.messageID), first.map(\.messageID))
            try expect(second.map(\.attempt), [2])
            // Its lease is over: another one has it, and what the first says no longer counts.
            let third = try await ledger.claim(channels, lease: .seconds(60))
            try expect(third.map(\.attempt), [3])
            try expect(try await ledger.alerts.settle(second[0], .retry(after: .zero, error: "late")), false)
            try expect(try await ledger.alerts.settle(third[0], .delivered), true)
            try expect(try await ledger.claim(channels, lease: .zero).count, 0, "claimed after delivery")
        },
        RunLedgerCheck("a customer's alert goes to the customer's address, and to the operator where there is none") {
            ledger in
            let lease = try await ledger.retriever()
            let runs = try await ledger.claimedRuns(2, lease)
            try await ledger.setAlertEmail("data@customer.example", ofCustomer: 1)
            for run in runs { try await ledger.fail(run, .authorization, lease) }
            _ = try await ledger.alerts.planDeliveries(channels: [.email, .webhook])
            let claimed = try await ledger.claim([.email, .webhook], lease: .seconds(60))
            let recipients = claimed.map { "\($0.channel.rawValue) \($0.recipient ?? "operator")" }.sorted()
            try expect(
                recipients, ["email data@customer.example", "email operator", "webhook operator", "webhook operator"])
        },
        RunLedgerCheck("nobody is told again of what is over") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.fail(run, .authorization, lease)
            _ = try await ledger.alerts.planDeliveries(channels: [.webhook])
            let first = try await ledger.claim([.webhook], lease: .seconds(60))
            _ = try await ledger.alerts.settle(first[0], .retry(after: .zero, error: "e"))
            try await ledger.enable(objectID: run.objectID)
            try expect(try await ledger.claim([.webhook], lease: .zero).count, 0)
            try expect(try await ledger.alerts.alerts(includingResolved: true, limit: 10).count, 1)
        },
    ]
}

extension RunLedgerFixture {
    func claim(_ channels: Set<AlertChannelName>, lease: Duration) async throws -> [AlertDelivery] {
        try await alerts.claimDeliveries(channels: channels, limit: 10, lease: lease)
    }
}

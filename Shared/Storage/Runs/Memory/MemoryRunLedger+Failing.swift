import Models

extension MemoryRunLedger {
    /// Ends a run with a failure: the object's health and next time, and, as `FailureMachine` says, the integration
    /// stopped or the object paused, with an alert.
    public func fail(_ claim: RunClaim, with failure: Failure, lease: RetrieverLease) -> Bool {
        guard var entry = held(claim, lease), entry.move(.fail) else { return false }
        let integration = entry.integrationID
        var machine = FailureMachine(health[integration] ?? IntegrationHealth(), rules: rules)
        let isStale = (enabledAt[integration]).flatMap { enabled in entry.claimedAt.map { enabled > $0 } } ?? false
        let decision = FailureDecision(
            machine.handle(
                .failed(
                    failure.kind, inARow: entry.failures, providerIsDown: circuits[entry.provider] != nil,
                    isStale: isStale, at: clock.now)),
            health: machine.health)
        health[integration] = machine.health
        entry.pages = [:]
        entry.position = nil
        entry.nextPage = 0
        entry.failures += 1
        entry.failureClass = failure.kind
        entry.holder = nil
        let pace = pace(of: entry)
        entry.nextDue = clock.now + (decision.probeAfter ?? pace + min(pace * Int(decision.paces), .seconds(86_400)))
        if decision.pausesObject || decision.stops == .authorization { entry.runnable = false }
        entries[claim.objectID] = entry
        if decision.stops != nil {
            for (id, other) in entries where other.integrationID == integration && id != claim.objectID {
                entries[id]?.runnable = false
            }
        }
        if failure.isTroubleOfProvider { noteTrouble(entry, failure.cause) }
        for kind in decision.alerts {
            raise(
                AlertDraft(kind, failure, about: subject(of: entry, claim.objectID), rules: rules), entry,
                claim.objectID)
        }
        noteFailure(failure, of: claim.objectID)
        announce(entry, "failed")
        return true
    }

    /// A run of `object` succeeded: what its integration's failures had stopped goes on, and alerts are over.
    func noteSuccess(of object: Int64, _ entry: Entry) {
        resolve { $0.objectID == object }
        var machine = FailureMachine(health[entry.integrationID] ?? IntegrationHealth(), rules: rules)
        let actions = machine.handle(.succeeded)
        guard machine.health.stopped != .authorization else { return }
        health[entry.integrationID] = nil
        resolve { $0.integrationID == entry.integrationID && AlertKind.ofIntegration.contains($0.kind) }
        guard actions.contains(.resume) else { return }
        for (id, other) in entries where other.integrationID == entry.integrationID {
            if other.failureClass != .configuration { entries[id]?.runnable = true }
        }
    }

    /// A person enables an integration: what its failures had stopped goes on from where it was.
    public func enable(integration: Int64) {
        enabledAt[integration] = clock.now
        health[integration] = nil
        resolve { $0.integrationID == integration && AlertKind.ofIntegration.contains($0.kind) }
        for (id, entry) in entries where entry.integrationID == integration {
            entries[id]?.runnable = true
            entries[id]?.failures = 0
            entries[id]?.nextDue = min(entry.nextDue, clock.now)
        }
    }

    /// As above, by one of its objects.
    public func enable(objectID: Int64) {
        if let integration = entries[objectID]?.integrationID { enable(integration: integration) }
    }

    /// Who is told at a customer.
    public func setAlertEmail(_ email: String?, ofCustomer customer: Int64) { alertEmails[customer] = email }

    func noteTrouble(_ entry: Entry, _ cause: String) {
        troubles[entry.integrationID] = Trouble(provider: entry.provider, cause: cause, at: clock.now)
    }

    func subject(of entry: Entry, _ object: Int64) -> AlertSubject {
        AlertSubject(
            customer: "c\(entry.customerID)", integration: "i\(entry.integrationID)", provider: entry.provider,
            object: entry.object, objects: entries.values.count { $0.integrationID == entry.integrationID },
            completeUntil: entry.completeUntil, integrationID: entry.integrationID, objectID: object)
    }

    func raise(_ draft: AlertDraft, _ entry: Entry?, _ object: Int64?) {
        if let place = alertBook.firstIndex(where: { $0.key == draft.key && $0.report.resolvedAt == nil }) {
            alertBook[place].report.times += 1
            alertBook[place].report.lastAt = clock.now
            alertBook[place].report.cause = draft.cause
            return
        }
        let report = AlertReport(
            id: PublicID(now: clock.now), kind: draft.kind.rawValue, failureClass: draft.failureClass.rawValue,
            audience: draft.audience, subject: draft.subject, cause: draft.cause, effect: draft.effect,
            advice: draft.advice, fixedWhen: draft.fixedWhen, since: clock.now, lastAt: clock.now, times: 1)
        alertBook.append(
            KeptAlert(
                row: nextID(), key: draft.key, kind: draft.kind, customerID: entry?.customerID,
                integrationID: entry?.integrationID, objectID: draft.isOfObject ? object : nil, report: report))
        announced.append(
            Announcement(
                id: nextID(), kind: "alert", key: report.id.description, source: "/providers/\(draft.subject)",
                body: Array(#"{"alert":"\#(report.id)"}"#.utf8), madeAt: clock.now))
    }

    func resolve(where isOver: (KeptAlert) -> Bool) {
        for place in alertBook.indices where alertBook[place].report.resolvedAt == nil && isOver(alertBook[place]) {
            alertBook[place].report.resolvedAt = clock.now
        }
    }

    /// When an integration last met trouble of its provider's making.
    struct Trouble {
        var provider: String
        var cause: String
        var at: Timestamp
    }

    /// An alert with what it is told apart by.
    struct KeptAlert {
        var row: Int64
        var key: String
        var kind: AlertKind
        var customerID: Int64?
        var integrationID: Int64?
        var objectID: Int64?
        var report: AlertReport
        var isPlanned = false
    }

    /// A delivery and how far it is.
    struct KeptDelivery {
        var delivery: AlertDelivery
        var alert: Int64
        var nextAt: Timestamp
        var leasedUntil: Timestamp?
        var isOver = false
    }
}

/// An alert as it is raised: what happened, what it affects, who must do what, and how to see that it is fixed. Made of
/// names, causes and advice, none of which ever holds a secret or a record.
public struct AlertDraft: Sendable, Hashable {
    /// What it is about.
    public var kind: AlertKind
    /// Who has to act.
    public var audience: AlertAudience
    /// The failure's class.
    public var failureClass: FailureClass
    /// One is open for each key.
    public var key: String
    /// Whom it is about: `customer/integration/object`, or a provider.
    public var subject: String
    /// What happened.
    public var cause: String
    /// What it affects.
    public var effect: String
    /// Who must do what.
    public var advice: String
    /// How to see that it is fixed.
    public var fixedWhen: String
    /// Whether it is about one object, whose success ends it.
    public var isOfObject: Bool

    /// The alert of `kind` that `failure` raises about `subject`.
    public init(_ kind: AlertKind, _ failure: Failure, about subject: AlertSubject, rules: FailureRules = .init()) {
        let integration = "\(subject.customer)/\(subject.integration)"
        let object = "\(integration)/\(subject.object)"
        let kept = subject.completeUntil.map { "what was synced until \($0) stays" } ?? "nothing was synced so far"
        self.kind = kind
        failureClass = failure.kind
        cause = failure.cause
        isOfObject = ![.reconnect, .failing, .stopped, .outage].contains(kind)
        switch kind {
        case .reconnect:
            (audience, key, self.subject) = (.customer, "reconnect:\(subject.integrationID)", integration)
            effect = "all \(subject.objects) objects of \(integration) stand still; \(kept)"
            advice =
                failure.advice
                ?? "the customer gives \(subject.provider) access again: `tributary connect \(integration)`, or a new "
                + "credential by `tributary apply`; if only rights were mended, `tributary enable \(integration)`"
            fixedWhen =
                "`tributary status \(integration)` shows a sync after the reconnection; this alert goes by itself"
        case .paused:
            (audience, key, self.subject) = (.customer, "paused:\(subject.objectID)", object)
            effect = "\(object) is paused, the integration's other objects go on; \(kept)"
            advice =
                (failure.advice ?? "the customer changes what the cause names at \(subject.provider)")
                + "; then `tributary sync \(object)`, or `tributary enable \(integration)`"
            fixedWhen = "`tributary runs \(object)` shows a run that succeeded; this alert goes by itself"
        case .misfit:
            (audience, key, self.subject) = (.operator, "misfit:\(subject.provider)/\(subject.object)", object)
            effect = "\(object) is asked for more and more seldom, once a day at least; all else goes on; \(kept)"
            advice =
                failure.advice
                ?? "the operator compares the definition with what the provider sends: `tributary try \(object)`"
            fixedWhen = "`tributary try \(object)` shows its records, and its next run succeeds"
        case .fault:
            (audience, key, self.subject) = (.operator, "fault:\(subject.provider)/\(subject.object)", object)
            effect = "\(object) is tried again, more and more seldom; \(kept)"
            advice = failure.advice ?? "the operator looks into the logs of the services for this object and time"
            fixedWhen = "`tributary runs \(object)` shows a run that succeeded; this alert goes by itself"
        case .failing:
            (audience, key) = (Self.whoActs(failure.kind), "failing:\(subject.integrationID)")
            self.subject = integration
            effect =
                "\(integration) has failed for long and is stopped after \(rules.runs) failed runs and \(Self.text(rules.time)) "
                + "without a success; \(kept)"
            advice = failure.advice ?? Self.whoChecks(failure.kind, subject)
            fixedWhen = "`tributary status \(integration)` shows a sync; this alert goes by itself"
        case .stopped:
            (audience, key) = (Self.whoActs(failure.kind), "stopped:\(subject.integrationID)")
            self.subject = integration
            effect =
                "all \(subject.objects) objects of \(integration) stand still but for a probe every "
                + "\(Self.text(rules.probeEvery)); \(kept)"
            advice =
                (failure.advice ?? Self.whoChecks(failure.kind, subject))
                + "; `tributary enable \(integration)` tries again at once"
            fixedWhen = "the first success of the probe enables the integration, and this alert goes by itself"
        case .sweep:
            (audience, key, self.subject) = (.operator, "sweep:\(subject.objectID)", object)
            effect = "nothing was removed of \(object); what is gone at the provider stays for now"
            advice =
                failure.advice
                ?? "the operator compares with the provider what is gone; if it is, raise sweep.share for one run"
            fixedWhen = "the next sweep of \(object) removes what is gone; this alert goes by itself"
        case .outage:
            (audience, key, self.subject) = (.operator, "outage:\(subject.provider)", subject.provider)
            effect =
                "no integration of \(subject.provider) is synced; nothing is lost, disabled or counted, and customers "
                + "are not told"
            advice =
                "the operator looks at the provider's status page; nothing needs to be done: it is tried again by "
                + "itself, and its integrations come back a few at a time"
            fixedWhen = "this alert goes by itself when the provider answers again; then every object catches up"
        }
    }

    private static func whoActs(_ kind: FailureClass) -> AlertAudience { kind == .transient ? .customer : .operator }

    private static func whoChecks(_ kind: FailureClass, _ subject: AlertSubject) -> String {
        kind == .transient
            ? "the customer checks that \(subject.provider) can be reached as the integration's settings say"
            : "the operator mends what the cause names"
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) days"
        }
    }
}

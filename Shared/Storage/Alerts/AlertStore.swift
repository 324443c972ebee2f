import Models

/// An alert as it is shown.
public struct AlertReport: Sendable, Hashable, Codable {
    /// Its public id.
    public var id: PublicID
    /// What it is about.
    public var kind: String
    /// The failure's class.
    public var failureClass: String
    /// Who has to act.
    public var audience: AlertAudience
    /// Whom it is about, in names that people gave.
    public var subject: String
    /// What happened.
    public var cause: String
    /// What it affects.
    public var effect: String
    /// Who must do what.
    public var advice: String
    /// How to see that it is fixed.
    public var fixedWhen: String
    /// Since when.
    public var since: Timestamp
    /// When it last happened.
    public var lastAt: Timestamp
    /// How often.
    public var times: Int64
    /// When it was over.
    public var resolvedAt: Timestamp?

    enum CodingKeys: String, CodingKey {
        case id, kind, audience, subject, cause, effect, advice, since, times
        case failureClass = "class"
        case fixedWhen = "fixed_when"
        case lastAt = "last_at"
        case resolvedAt = "resolved_at"
    }

    /// An alert.
    public init(
        id: PublicID, kind: String, failureClass: String, audience: AlertAudience, subject: String, cause: String,
        effect: String, advice: String, fixedWhen: String, since: Timestamp, lastAt: Timestamp, times: Int64,
        resolvedAt: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.failureClass = failureClass
        self.audience = audience
        self.subject = subject
        self.cause = cause
        self.effect = effect
        self.advice = advice
        self.fixedWhen = fixedWhen
        self.since = since
        self.lastAt = lastAt
        self.times = times
        self.resolvedAt = resolvedAt
    }
}

/// How an alert reaches somebody.
public enum AlertChannelName: String, Sendable, CaseIterable {
    case email, webhook
}

/// A message about an alert that somebody is to get, held by whoever claimed it.
public struct AlertDelivery: Sendable, Hashable {
    /// Its row.
    public var id: Int64
    /// The same with every try: receivers tell doubles by it.
    public var messageID: PublicID
    /// How.
    public var channel: AlertChannelName
    /// The address; nil for the operator's.
    public var recipient: String?
    /// This try, from 1; what is settled under an earlier one no longer counts.
    public var attempt: Int
    /// What it is about.
    public var alert: AlertReport

    /// A delivery.
    public init(
        id: Int64, messageID: PublicID, channel: AlertChannelName, recipient: String?, attempt: Int, alert: AlertReport
    ) {
        self.id = id
        self.messageID = messageID
        self.channel = channel
        self.recipient = recipient
        self.attempt = attempt
        self.alert = alert
    }
}

/// What became of a try.
public enum AlertDeliveryOutcome: Sendable, Hashable {
    /// The receiver has it.
    case delivered
    /// Once more, after a while.
    case retry(after: Duration, error: String)
    /// Never again.
    case givenUp(error: String)
}

/// Alerts and who hears of them.
public protocol AlertStore: Sendable {
    /// Writes for each new alert whom it goes to: the operator's own over `channels`; a customer's to the customer by
    /// e-mail where there is an address (and `email` is among the channels), else to the operator. The operator's
    /// webhook hears of all. Returns how many alerts there were.
    func planDeliveries(channels: Set<AlertChannelName>) async throws -> Int
    /// Takes up to `limit` deliveries that are due, for `lease`: whoever dies meanwhile loses them to others.
    func claimDeliveries(
        channels: Set<AlertChannelName>, limit: Int, lease: Duration
    ) async throws -> [AlertDelivery]
    /// Notes what became of a try; false if somebody else has claimed the delivery since.
    func settle(_ delivery: AlertDelivery, _ outcome: AlertDeliveryOutcome) async throws -> Bool
    /// The open alerts, oldest first; with `includingResolved` those that are over as well.
    func alerts(includingResolved: Bool, limit: Int) async throws -> [AlertReport]
}

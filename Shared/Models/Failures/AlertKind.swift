/// What an alert is about. One is open for each kind and subject; what happens again is counted.
public enum AlertKind: String, Sendable, CaseIterable, Codable {
    /// The provider refuses the credential of an integration.
    case reconnect
    /// An object is paused until a person changes something.
    case paused
    /// What the provider sends does not fit the definition.
    case misfit
    /// Our own fault.
    case fault
    /// An integration is half way to being stopped.
    case failing
    /// An integration was stopped for repeated failure.
    case stopped
    /// A provider is down for everyone.
    case outage
    /// A sweep of ids removed nothing, since what it found cannot be true.
    case sweep

    /// What of an integration's alerts is over as soon as any of its runs succeeds; the others are about one object.
    public static let ofIntegration: [AlertKind] = [.reconnect, .failing, .stopped]
}

/// Who has to act.
public enum AlertAudience: String, Sendable, CaseIterable, Codable {
    case `operator`, customer
}

/// Whom and what an alert is about, in names that people gave.
public struct AlertSubject: Sendable, Hashable {
    /// The customer's key; empty for a provider.
    public var customer: String
    /// The integration's key.
    public var integration: String
    /// The provider.
    public var provider: String
    /// The object of the definition.
    public var object: String
    /// The objects of the integration.
    public var objects: Int
    /// How far the object is complete.
    public var completeUntil: Timestamp?
    /// Rows, which make up the key that alerts are told apart by.
    public var integrationID: Int64
    /// The object's row.
    public var objectID: Int64

    /// A subject.
    public init(
        customer: String, integration: String, provider: String, object: String, objects: Int = 1,
        completeUntil: Timestamp? = nil, integrationID: Int64 = 0, objectID: Int64 = 0
    ) {
        self.customer = customer
        self.integration = integration
        self.provider = provider
        self.object = object
        self.objects = objects
        self.completeUntil = completeUntil
        self.integrationID = integrationID
        self.objectID = objectID
    }
}

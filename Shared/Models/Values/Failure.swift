/// What is to be done about a failure (2-contracts, "Failures"): the class decides, not the message.
public enum FailureClass: String, Sendable, Codable, CaseIterable {
    /// Time-out, reset, 5xx, broker or database away: retry in place, then postpone.
    case transient
    /// The provider asks for less: postpone to the time it names, position kept.
    case throttled
    /// The customer has to reconnect.
    case authorization
    /// The customer has to change something: the object is paused.
    case configuration
    /// The response does not fit the definition: the operator has to look.
    case definition
    /// Our own fault.
    case internalFault = "internal"
}

/// A failure with its class and a cause in plain words. Neither text ever holds a secret or a record's contents.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is to be done about it.
    public var kind: FailureClass
    /// What happened, for a person.
    public var cause: String
    /// What the person can do, where there is something.
    public var advice: String?
    /// When to try again, where the provider said so.
    public var retryAt: Timestamp?
    /// Whether it is on our side (broker, database), so that it says nothing about the provider.
    public var isOurs: Bool

    /// A failure of class `kind`.
    public init(
        _ kind: FailureClass, _ cause: String, advice: String? = nil, retryAt: Timestamp? = nil, isOurs: Bool = false
    ) {
        self.isOurs = isOurs
        self.kind = kind
        self.cause = cause
        self.advice = advice
        self.retryAt = retryAt
    }

    /// The class, the cause and the advice in one line.
    public var description: String {
        "\(kind.rawValue): \(cause)" + (advice.map { " — \($0)" } ?? "")
    }
}

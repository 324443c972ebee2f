/// What went wrong at the broker or on the way to it, grouped by what to do about it. The text names what, where and
/// what to do, and never holds keys, values, headers or credentials.
public struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is to be done.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The broker is away, slow, or forgot this client: do the same again after a pause.
        case retriable
        /// The topic or the partition does not exist: ensure the topics, then do the same again.
        case unknownTopic
        /// The broker will never take this message (too large, invalid): set it aside, the others may go on.
        case refused
        /// Credentials or access rights are missing: a person has to act; trying again later is harmless.
        case authorization
        /// The settings of this client are wrong: a person has to act before the service can start.
        case configuration
        /// The broker is too old or too small for what was asked.
        case unsupported
        /// Nothing of the above: this client is of no more use and has to be made anew.
        case fatal
    }

    /// What is to be done about it.
    public var kind: Kind
    /// librdkafka's or the protocol's short name of the error, such as `_MSG_TIMED_OUT`.
    public var code: String
    /// What happened, for a person.
    public var text: String

    /// An error.
    public init(_ kind: Kind, code: String, _ text: String) {
        self.kind = kind
        self.code = code
        self.text = text
    }

    /// Whether the same call may succeed later without anybody doing anything.
    public var isRetriable: Bool { kind == .retriable }

    /// The text with its code.
    public var description: String { "Kafka: \(text) (\(code))" }
}

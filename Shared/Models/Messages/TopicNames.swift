/// The names of the topics, under one configurable prefix.
public struct TopicNames: Sendable, Hashable {
    /// What every name starts with, `tributary.` unless configured otherwise.
    public let prefix: String

    /// Names that start with `prefix`.
    public init(prefix: String = "tributary.") { self.prefix = prefix }

    /// Doorbells for the retrievers of `provider`.
    public func syncRequested(provider: String) -> String { prefix + "sync.requested." + provider }
    /// The pattern (librdkafka: a name starting with `^`) of every provider's doorbell topic.
    public var syncRequestedPattern: String { "^" + prefix.replacingDots + "sync\\.requested\\..*" }
    /// Records as the providers gave them.
    public func interactions(_ type: InteractionType) -> String { prefix + "interactions." + type.topicSuffix }
    /// Canonical records.
    public func records(_ type: InteractionType) -> String { prefix + "records." + type.topicSuffix }
    /// How each run ended.
    public var syncFinished: String { prefix + "sync.finished" }
    /// Who must do what.
    public var alerts: String { prefix + "alerts" }
    /// What could not be stored from `topic` (a full name).
    public func dead(_ topic: String) -> String {
        prefix + "dead." + (topic.hasPrefix(prefix) ? String(topic.dropFirst(prefix.count)) : topic)
    }

    /// Every type that has topics of its own; `.custom("")` stands for all custom types.
    public static let types: [InteractionType] = InteractionType.canonical + [.custom("")]
}

extension String {
    fileprivate var replacingDots: String {
        split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
    }
}

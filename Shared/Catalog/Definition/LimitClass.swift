/// What a provider allows of one class of requests, which have a quota of their own.
public struct LimitClass: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case rate, concurrency, exclusive
    }

    /// The request rate; nil is unlimited.
    public var rate: Limits.Rate?
    /// Requests under way at once.
    public var concurrency: Int?
    /// Whether a run has the class for itself.
    public var exclusive: Bool

    init(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        rate = reader.rate(.rate)
        concurrency = reader.integer(.concurrency, in: 1...10_000)
        exclusive = reader.bool(.exclusive) ?? false
        if !reader.has(.rate), !reader.has(.concurrency), !exclusive {
            reader.missing(.rate, advice: "write what is allowed of this class, such as rate: 5/second")
        }
    }
}

extension KeyedReader {
    /// A request rate.
    func rate(_ key: Key) -> Limits.Rate? {
        guard let text = text(key) else { return nil }
        if let rate = Limits.Rate(text) { return rate }
        report(
            key, "'\(text)' is not a rate",
            advice: "write requests and a time, such as 100/second, 700/minute or 10/30s")
        return nil
    }
}

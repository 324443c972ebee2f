/// What a provider allows.
public struct Limits: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case rate, concurrency, remaining, reset, owner, timeout, body, pages, exclusive, `class`, classes
    }

    /// So many requests in such a time.
    public struct Rate: Sendable, Hashable {
        /// How many requests.
        public var requests: Int
        /// In which time.
        public var per: Duration

        /// So many requests in such a time.
        public init(requests: Int, per: Duration) {
            self.requests = requests
            self.per = per
        }
    }

    /// Whose quota is used up, and so who shares one.
    public enum Owner: String, Sendable, CaseIterable {
        /// Each integration has its own.
        case integration
        /// All integrations of the same customer share one.
        case customer
        /// All integrations of the provider share the operator's.
        case app
    }

    /// The request rate; nil is unlimited.
    public var rate: Rate?
    /// Requests under way at once.
    public var concurrency: Int?
    /// How many requests are left.
    public var remaining: ResponseSource?
    /// When there will be more: seconds from now, seconds since 1970, or a date.
    public var reset: ResponseSource?
    /// Whether a run has the endpoint for itself, as scrolls demand of which a provider keeps one at a time.
    public var exclusive: Bool
    /// The class that requests count against which name none.
    public var limitClass: String?
    /// The limits of classes of requests, beside which the limits here do not count for them.
    public var classes: [String: LimitClass]
    /// Whether the object says a rate or a concurrency of its own: then it has a quota of its own.
    public var isOfObject: Bool
    /// Whose quota it is.
    public var owner: Owner
    /// The longest whole exchange.
    public var timeout: Duration
    /// The largest response body after decompression, in bytes.
    public var bodyBytes: Int
    /// The most pages of one listing: one that has more is taken for endless.
    public var pages: Int

    /// No limits but the built-in ones.
    public init() {
        owner = .integration
        timeout = .seconds(300)
        bodyBytes = 64 << 20
        pages = 1_000_000
        exclusive = false
        isOfObject = false
        classes = [:]
    }

    init(_ node: DefinitionNode, path: String, context: DecodingContext) {
        self.init()
        let reader = KeyedReader<Key>(node, path: path, context: context)
        concurrency = reader.integer(.concurrency, in: 1...10_000)
        remaining = reader[.remaining].flatMap {
            ResponseSource($0, path: reader.path(of: .remaining), context: context)
        }
        reset = reader[.reset].flatMap { ResponseSource($0, path: reader.path(of: .reset), context: context) }
        exclusive = reader.bool(.exclusive) ?? false
        limitClass = reader.text(.class)
        for entry in reader.entries(.classes) {
            classes[entry.key] = LimitClass(
                entry.value, path: "\(reader.path(of: .classes)).\(entry.key)", context: context)
        }
        owner = reader.choice(.owner, Owner.self) ?? owner
        timeout = reader.duration(.timeout) ?? timeout
        if let megabytes = reader.integer(.body, in: 1...1024) { bodyBytes = megabytes << 20 }
        pages = reader.integer(.pages, in: 1...100_000_000) ?? pages
        rate = reader.rate(.rate)
        isOfObject = [Key.rate, .concurrency].contains { key in
            node[key.rawValue].map { [.providerObject, .integrationObject].contains($0.origin.layer) } ?? false
        }
        if remaining != nil, reset == nil {
            reader.warn(
                .remaining, "'remaining' without 'reset' cannot tell how long to wait",
                advice: "name the header that tells when there is more, such as reset: Retry-After")
        }
    }
}

extension Limits.Rate {
    /// Parses `100/second`, `700/minute`, `1000/hour`, `10/30s`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(\.trimmed)
        guard parts.count == 2, let requests = Int(parts[0]), (1...1_000_000).contains(requests) else { return nil }
        self.requests = requests
        switch parts[1] {
        case "second", "s": per = .seconds(1)
        case "minute", "m": per = .seconds(60)
        case "hour", "h": per = .seconds(3600)
        case "day", "d": per = .seconds(86_400)
        default:
            guard let duration = Duration(definition: parts[1]), duration > .zero else { return nil }
            per = duration
        }
    }
}

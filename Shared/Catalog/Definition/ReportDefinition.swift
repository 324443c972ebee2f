import Models

/// A report that the provider makes on demand: it is ordered, asked about until it is there, and downloaded.
public struct ReportDefinition: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case create, poll, download
    }

    enum StepKey: String, LanguageKey {
        case request
    }

    enum PollKey: String, LanguageKey {
        case request, done, failed, every, atMost = "at_most"
    }

    /// Orders the report; what it answers is `job` from then on.
    public var create: RequestTemplate
    /// Asks about it; what it answers is merged over `job`.
    public var poll: RequestTemplate
    /// Holds where the report is ready.
    public var done: Template
    /// Holds where the report will never be.
    public var failed: Template?
    /// How often it is asked about.
    public var every: Duration
    /// How long it may take.
    public var atMost: Duration
    /// Fetches it.
    public var download: RequestTemplate

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        let create = Self.request(
            reader, .create, names: .request, such: "create: { request: { method: POST, path: /reports } }")
        let download = Self.request(
            reader, .download, names: .jobRequest, such: "download: { request: { path: \"{{ job.url }}\" } }")
        guard let poll = reader.reader(.poll, as: PollKey.self) else {
            reader.missing(
                .poll, advice: "write poll: { request: { path: \"/reports/{{ job.id }}\" }, done: \"{{ … }}\" }")
            return nil
        }
        let asked = poll[.request].flatMap {
            RequestTemplate($0, path: poll.path(of: .request), context: context, names: .jobRequest)
        }
        if !poll.has(.request) { poll.missing(.request, advice: "write request: { path: \"/reports/{{ job.id }}\" }") }
        let done = poll.condition(.done, names: .job)
        if !poll.has(.done) { poll.missing(.done, advice: "write done: \"{{ job.status == 'done' }}\"") }
        failed = poll.condition(.failed, names: .job)
        every = poll.duration(.every) ?? .seconds(30)
        atMost = poll.duration(.atMost) ?? .seconds(3600)
        guard let create, let download, let asked, let done else { return nil }
        self.create = create
        self.download = download
        self.poll = asked
        self.done = done
    }

    private static func request(
        _ reader: KeyedReader<Key>, _ key: Key, names: NameSet, such advice: String
    ) -> RequestTemplate? {
        guard let step = reader.reader(key, as: StepKey.self), let node = step[.request] else {
            reader.missing(key, advice: "write \(advice)")
            return nil
        }
        return RequestTemplate(node, path: step.path(of: .request), context: reader.context, names: names)
    }
}

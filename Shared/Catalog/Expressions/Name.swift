/// The names that expressions know.
public enum Name: String, Sendable, CaseIterable {
    /// The integration's settings.
    case settings
    /// The integration's secrets; whatever is made from them stays secret.
    case secret
    /// The lower bound of the window, null on a first or full run.
    case since
    /// The upper bound of the window.
    case until
    /// The time of the request.
    case now
    /// The entry as the provider lists it; in `map`, the stored record.
    case record
    /// The record of the parent object that drives the request.
    case parent
    /// The records of a batch of parents.
    case parents
    /// What the provider answered about a report that it makes.
    case job
    /// The position: `page.position`, `page.size` and `page.mark`.
    case page
    /// The response: `response.status`, `response.headers.<name>` and `response.body`.
    case response
    /// The run: `run.kind` (`initial`, `incremental` or `full`) and `run.number`.
    case run
    /// The provider's own mark (delta token, event cursor) kept from the last successful run.
    case cursor
    /// What was kept beside the access token: `token.<name>`.
    case token
    /// The finished request, for signatures: `request.method`, `request.url`, `request.host`, `request.path`,
    /// `request.query` and `request.body`.
    case request

    var bit: UInt32 { 1 << UInt32(Self.allCases.firstIndex(of: self) ?? 0) }

    /// What is known about the value before there is one.
    var kinds: ValueKinds {
        switch self {
        case .since: [.time, .null]
        case .until, .now: .time
        case .settings, .secret, .page, .response, .run, .token, .request: .map
        case .parents: [.list, .null]
        case .record, .parent, .cursor, .job: .any
        }
    }
}

/// The names that are available in one place of the language.
public struct NameSet: Sendable, Hashable {
    private var bits: UInt32

    init(_ names: Name...) { bits = names.reduce(0) { $0 | $1.bit } }

    /// Whether `name` is available.
    func contains(_ name: Name) -> Bool { bits & name.bit != 0 }

    /// The available names.
    var names: [Name] { Name.allCases.filter(contains) }

    /// In requests.
    package static let request = NameSet(
        .settings, .secret, .since, .until, .now, .page, .run, .cursor, .parent, .parents, .token)
    /// In the base address, which must not depend on the page.
    static let address = NameSet(.settings, .secret, .token)
    /// In credentials.
    static let credentials = NameSet(.settings, .secret, .now)
    /// In signatures over the finished request.
    static let signature = NameSet(.settings, .secret, .now, .token, .request)
    /// Over entries of a page.
    package static let entry = NameSet(.settings, .record, .since, .until, .run, .parent)
    /// In the requests made for a record.
    static let recordRequest = NameSet(
        .settings, .secret, .since, .until, .now, .page, .run, .cursor, .parent, .parents, .token,
        .record)
    /// In the requests about a report.
    static let jobRequest = NameSet(
        .settings, .secret, .since, .until, .now, .page, .run, .cursor, .parent, .parents, .token, .job)
    /// Over what the provider answers about a report.
    static let job = NameSet(.settings, .response, .run, .since, .until, .now, .job)
    /// Over the parents that may drive a request.
    static let parentCondition = NameSet(.settings, .parent, .since, .until, .run)
    /// Over responses.
    package static let response = NameSet(.settings, .response, .page, .run, .since, .until, .now)
    /// In the mapping, which runs in another service and again at any time: nothing but the record and settings.
    package static let mapping = NameSet(.record, .settings)
    /// In values that are known when a run opens.
    static let settingsOnly = NameSet(.settings)
    /// In conditions on the whole run.
    static let run = NameSet(.settings, .since, .until, .now, .run, .cursor)
}

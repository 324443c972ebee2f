import Catalog
import Cryptography
import JSON
import Models
import YAML

/// Makes definitions for tests from a few lines of YAML.
enum Definitions {
    /// A provider with one object `things`, into which `object` is put (indented by nothing).
    static func yaml(_ object: String, provider: String = "") -> String {
        let indented = object.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(
            separator: "\n")
        return """
            provider: test
            base_url: https://api.example.com/v1
            \(provider)
            objects:
              things:
            \(indented)
            """
    }

    static func provider(_ yaml: String) throws -> ProviderDefinition {
        try ProviderDefinition(DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider))
    }

    static func resolve(
        _ object: String, provider: String = "", overrides: [Override] = [], settings: JSONValue = .null
    ) throws -> ResolvedDefinition {
        try Self.provider(yaml(object, provider: provider)).resolve(
            object: "things", overrides: overrides, settings: settings)
    }

    /// An object of a custom type, so that no mapping is needed, with `lines` in it.
    static func listing(_ lines: String, provider: String = "") throws -> ResolvedDefinition {
        try resolve("type: widgets\nid: id\n" + lines, provider: provider)
    }
}

extension Timestamp {
    /// 2026-01-31T12:00:00Z.
    static let noon = Timestamp(seconds: 1_769_860_800)
}

extension RetrievalContext {
    static func first(settings: JSONValue = .null, secrets: [String: String] = [:], authorization: String? = nil)
        -> RetrievalContext
    {
        RetrievalContext(
            settings: settings, secrets: secrets.mapValues { Secret($0) }, authorization: authorization, kind: .initial,
            until: .noon)
    }

    static func incremental(
        from completeUntil: Timestamp, settings: JSONValue = .null, secrets: [String: String] = [:],
        until: Timestamp = .noon
    ) -> RetrievalContext {
        RetrievalContext(
            settings: settings, secrets: secrets.mapValues { Secret($0) }, kind: .incremental, run: 2,
            completeUntil: completeUntil, until: until)
    }
}

extension ProviderResponse {
    static func json(_ text: String, status: Int = 200, headers: [(name: String, value: String)] = [])
        -> ProviderResponse
    {
        ProviderResponse(status: status, headers: headers, body: Array(text.utf8))
    }
}

extension ResponseOutcome {
    var page: FetchedPage? { if case .page(let page) = self { page } else { nil } }

    /// The kind of outcome with the failure's class, for comparing.
    var summary: String {
        switch self {
        case .page(let page): page.ignored == nil ? "page" : "ignored"
        case .retry(let failure): "retry \(failure.kind.rawValue)"
        case .throttled(let failure): "throttled \(failure.kind.rawValue)"
        case .postponed(let failure): "postponed \(failure.kind.rawValue)"
        case .restart(let failure): "restart \(failure.kind.rawValue)"
        case .failed(let failure): "failed \(failure.kind.rawValue)"
        }
    }

    var failure: Failure? {
        switch self {
        case .page: nil
        case .retry(let failure), .throttled(let failure), .postponed(let failure), .restart(let failure),
            .failed(let failure):
            failure
        }
    }
}

/// Walks a whole listing against a function that plays the provider.
struct Walk {
    var ids: [String] = []
    var payloads: [String] = []
    var deleted: [String] = []
    var cursor: JSONValue?
    var requests: [String] = []
    var misses = 0
    var failure: Failure?

    /// Follows the pages of `retrieval` until its end, a failure or `limit` pages. Positions go through their stored form.
    init(_ retrieval: Retrieval, limit: Int = 100, answer: (RequestPlan) -> ProviderResponse) throws {
        var position = retrieval.start
        for _ in 0..<limit {
            let plan = try retrieval.request(at: position, now: .noon)
            requests.append(plan.url)
            let outcome = retrieval.interpret(answer(plan), at: position, now: .noon)
            guard let page = outcome.page else {
                failure = outcome.failure
                return
            }
            ids += page.records.map(\.externalID)
            payloads += page.records.map { String(decoding: $0.payload ?? [], as: UTF8.self) }
            deleted += page.records.filter(\.isDeleted).map(\.externalID)
            cursor = page.cursor ?? cursor
            switch page.step {
            case .end: return
            case .next(let next): position = try PagePosition(JSONValue(parsing: next.json.text)).orFail()
            case .overlapMissed(let next):
                misses += 1
                position = try PagePosition(JSONValue(parsing: next.json.text)).orFail()
            }
        }
        failure = Failure(.internalFault, "no end")
    }
}

struct NotThere: Error {}

extension Optional {
    func orFail() throws -> Wrapped {
        guard let self else { throw NotThere() }
        return self
    }
}

extension RequestPlan {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The query item called `name` as it stands in the address.
    func query(_ name: String) -> String? {
        guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        for item in query.split(separator: "&") where item.hasPrefix("\(name)=") {
            return String(item.dropFirst(name.count + 1))
        }
        return nil
    }
}

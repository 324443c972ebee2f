import Catalog
import JSON
import Models
import YAML

/// An exchange file: what a run asks, what the provider answers, what comes of it. `Shared/Catalog/EXCHANGES.md`
/// describes the format.
package struct ExchangeScript: Sendable {
    /// A request with its response.
    package struct Exchange: Sendable {
        /// What must be asked.
        package var request: WrittenRequest
        /// What is answered.
        package var response: ProviderResponse
    }

    /// What is wrong with a file as it is written.
    package struct Problem: Error, CustomStringConvertible {
        /// What, and what to do.
        package let description: String
    }

    /// The keys of a file.
    package static let keys = [
        "object", "run", "settings", "secrets", "token", "authorization", "cursor", "exchanges", "yields", "ends",
        "retry_at",
    ]
    /// The keys of `run`.
    package static let runKeys = ["kind", "complete_until", "until"]
    /// The keys of an exchange.
    package static let exchangeKeys = ["request", "response"]
    /// The keys of a request.
    package static let requestKeys = ["method", "path", "query", "headers", "body"]
    /// The keys of a response.
    package static let responseKeys = ["status", "headers", "body"]
    /// The keys of a record under `yields`.
    package static let yieldKeys = ["id", "modified_at", "deleted", "records", "payload", "rejected"]

    /// The file, such as `stripe/exchanges/first-sync.yaml`.
    package let file: String
    /// The provider, by its folder.
    package let provider: String
    /// The object.
    package let object: String
    /// What the run brings to the definition.
    package let context: RetrievalContext
    /// What is asked and answered, in order.
    package let exchanges: [Exchange]
    /// The records that must come of it.
    package let yields: [JSONValue]
    /// How the run must end: `page`, `ignored`, or an action with the class of its failure.
    package let ends: String
    /// When the run must go on, where it says so.
    package let retryAt: Timestamp?

    /// Reads the text of `file`.
    /// - Throws: what is wrong with it.
    package init(_ text: String, file: String) throws {
        let script = try DefinitionNode(YAMLParser.document(text), file: file, layer: .trial).json
        try Self.allow(Self.keys, in: script, "the file")
        self.file = file
        provider = String(file.prefix { $0 != "/" })
        object = try Self.text(script["object"], "object")
        context = try Self.context(script)
        guard let list = script["exchanges"]?.array, !list.isEmpty else {
            throw Problem(description: "'exchanges' must be a list of requests with their responses")
        }
        exchanges = try list.enumerated().map { try Self.exchange($0.element, number: $0.offset + 1) }
        yields = script["yields"]?.array ?? []
        for record in yields { try Self.allow(Self.yieldKeys, in: record, "a record under 'yields'") }
        ends = script["ends"]?.string ?? "page"
        retryAt = try script["retry_at"].map { try Self.time($0, "retry_at") }
    }

    private static func context(_ script: JSONValue) throws -> RetrievalContext {
        guard let run = script["run"] else { throw Problem(description: "'run' is missing: { kind, until }") }
        try allow(runKeys, in: run, "run")
        let word = try text(run["kind"], "run.kind")
        guard let kind = RunKind(rawValue: word) else {
            throw Problem(description: "run.kind is initial, incremental or full, and not '\(word)'")
        }
        return RetrievalContext(
            settings: script["settings"] ?? .null,
            secrets: Dictionary(
                (script["secrets"]?.object ?? JSONObject()).map { ($0.key, .init($0.value.scalarText ?? "")) },
                uniquingKeysWith: { $1 }),
            token: script["token"] ?? .null, authorization: script["authorization"]?.string, kind: kind,
            completeUntil: try run["complete_until"].map { try time($0, "run.complete_until") },
            until: try time(run["until"] ?? .null, "run.until"), cursor: script["cursor"])
    }

    private static func exchange(_ script: JSONValue, number: Int) throws -> Exchange {
        try allow(exchangeKeys, in: script, "exchange \(number)")
        guard let request = script["request"], let response = script["response"] else {
            throw Problem(description: "exchange \(number) needs 'request' and 'response'")
        }
        try allow(requestKeys, in: request, "the request of exchange \(number)")
        try allow(responseKeys, in: response, "the response of exchange \(number)")
        return Exchange(
            request: try WrittenRequest(request),
            response: ProviderResponse(
                status: Int(response["status"]?.int64 ?? 200),
                headers: (response["headers"]?.object ?? JSONObject()).flatMap { header in
                    (header.value.array ?? [header.value]).map { (header.key, $0.scalarText ?? "") }
                }, body: response["body"].map { $0.string.map { Array($0.utf8) } ?? $0.encoded } ?? []))
    }

    static func allow(_ keys: [String], in value: JSONValue, _ what: String) throws {
        guard let object = value.object else { throw Problem(description: "\(what) must be a map") }
        for key in object.orderedKeys where !keys.contains(key) {
            throw Problem(
                description: "\(what) has the unknown key '\(key)'; known are \(keys.joined(separator: ", "))")
        }
    }

    static func text(_ value: JSONValue?, _ what: String) throws -> String {
        guard let text = value?.string, !text.isEmpty else { throw Problem(description: "'\(what)' is missing") }
        return text
    }

    private static func time(_ value: JSONValue, _ what: String) throws -> Timestamp {
        guard let time = value.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw Problem(description: "'\(what)' must be a time such as \"2026-01-31T12:00:00Z\"")
        }
        return time
    }
}

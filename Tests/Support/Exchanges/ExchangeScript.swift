import Catalog
import Cryptography
import JSON
import Models
import YAML

/// An exchange file: what a run asks, what the provider answers, what comes of it. `Shared/Catalog/EXCHANGES.md`
/// describes the format.
package struct ExchangeScript: Sendable {
    /// A request with its response.
    package struct Exchange: Sendable {
        /// What it is called in messages.
        package var name: String
        /// What must be asked.
        package var request: WrittenRequest
        /// What is answered.
        package var response: ProviderResponse
    }

    /// What is wrong with a file as it is written.
    package struct Problem: Error, CustomStringConvertible {
        /// What, and what to do.
        package let description: String

        /// A problem.
        package init(description: String) { self.description = description }
    }

    /// The keys of a file.
    package static let keys = [
        "object", "run", "settings", "secrets", "token", "connection", "authorization", "overrides", "cursor",
        "exchanges",
        "yields", "ends", "retry_at",
    ]
    /// The keys of `run`.
    package static let runKeys = ["kind", "complete_until", "until"]
    /// The keys of an exchange.
    package static let exchangeKeys = ["request", "response", "any_order"]
    /// The keys of a request.
    package static let requestKeys = ["method", "path", "query", "headers", "body"]
    /// The keys of a response.
    package static let responseKeys = ["status", "headers", "body", "body_base64"]
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
    /// The token that the run begins with, where it is renewed as the file says.
    package let connection: ExchangeConnection?
    /// Changes to the provider's definition, in the shape of a provider.
    package let overrides: [Override]
    /// What is asked and answered, in order; what stands in one step may be asked in any order.
    package let steps: [[Exchange]]
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
        connection = try script["connection"].map { try ExchangeConnection($0) }
        guard connection == nil || (script["token"] == nil && context.secrets["access_token"] == nil) else {
            throw Problem(description: "'connection' takes the place of 'token' and of the secret access_token")
        }
        guard let list = script["exchanges"]?.array, !list.isEmpty else {
            throw Problem(description: "'exchanges' must be a list of requests with their responses")
        }
        steps = try list.enumerated().map { index, entry in
            guard let several = entry["any_order"] else { return [try Self.exchange(entry, "exchange \(index + 1)")] }
            try Self.allow(["any_order"], in: entry, "exchange \(index + 1)")
            guard let exchanges = several.array, exchanges.count > 1 else {
                throw Problem(description: "'any_order' of exchange \(index + 1) must be a list of several exchanges")
            }
            return try exchanges.enumerated().map { try Self.exchange($1, "exchange \(index + 1).\($0 + 1)") }
        }
        overrides = (script["overrides"]?.array ?? []).map { Override(layer: .integration, patch: $0) }
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
            throw Problem(description: "run.kind is initial, incremental, full or sweep, and not '\(word)'")
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

    private static func exchange(_ script: JSONValue, _ name: String) throws -> Exchange {
        try allow(exchangeKeys, in: script, name)
        guard let request = script["request"], let response = script["response"] else {
            throw Problem(description: "\(name) needs 'request' and 'response'")
        }
        try allow(requestKeys, in: request, "the request of \(name)")
        try allow(responseKeys, in: response, "the response of \(name)")
        return Exchange(
            name: name, request: try WrittenRequest(request),
            response: ProviderResponse(
                status: Int(response["status"]?.int64 ?? 200),
                headers: (response["headers"]?.object ?? JSONObject()).flatMap { header in
                    (header.value.array ?? [header.value]).map { (header.key, $0.scalarText ?? "") }
                }, body: try body(response, name)))
    }

    private static func body(_ response: JSONValue, _ name: String) throws -> [UInt8] {
        if let packed = response["body_base64"] {
            guard let bytes = packed.string.flatMap({ Base64.standard.decode($0) }) else {
                throw Problem(description: "'body_base64' of \(name) must be Base64")
            }
            return bytes
        }
        return response["body"].map { $0.string.map { Array($0.utf8) } ?? $0.encoded } ?? []
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

    static func time(_ value: JSONValue, _ what: String) throws -> Timestamp {
        guard let time = value.string.flatMap({ Timestamp(rfc3339: $0) }) else {
            throw Problem(description: "'\(what)' must be a time such as \"2026-01-31T12:00:00Z\"")
        }
        return time
    }
}

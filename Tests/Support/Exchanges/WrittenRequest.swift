import JSON

/// A request as an exchange file writes it.
package struct WrittenRequest: Sendable {
    /// The method.
    package let method: String
    /// The whole address without its query.
    package let path: String
    /// The query items with their values in order, decoded.
    package let query: [String: [String]]
    /// The headers by their names in lower case; nil for one that must not be there.
    package let headers: [String: String?]
    /// The body: JSON, the fields of a form, or a text; nil for none.
    package let body: JSONValue?

    init(_ script: JSONValue) throws {
        method = script["method"]?.string ?? "GET"
        path = try ExchangeScript.text(script["path"], "request.path")
        guard !path.contains("?") else {
            throw ExchangeScript.Problem(description: "write what follows '?' in \(path) under 'query', decoded")
        }
        var query: [String: [String]] = [:]
        for (name, value) in script["query"]?.object ?? JSONObject() where !value.isNull {
            query[name] = try (value.array ?? [value]).map {
                guard let text = $0.scalarText else {
                    throw ExchangeScript.Problem(
                        description: "the query item '\(name)' must be a text or a list of texts")
                }
                return text
            }
        }
        self.query = query
        headers = Dictionary(
            (script["headers"]?.object ?? JSONObject()).map { ($0.key.lowercased(), $0.value.scalarText) },
            uniquingKeysWith: { $1 })
        body = script["body"].flatMap { $0.isNull ? nil : $0 }
    }
}

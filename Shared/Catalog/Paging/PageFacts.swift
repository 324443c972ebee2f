import JSON

/// A response as expressions and paging see it: `response.status`, `response.headers.<name>`, `response.body`.
public struct ResponseView: FieldSource {
    /// The status code.
    public var status: Int
    /// The headers, in order.
    public var headers: [(name: String, value: String)]
    /// The body, where it is JSON.
    public var body: JSONNode?
    /// The address that was asked, to resolve relative addresses against.
    public var url: String

    /// A response.
    public init(status: Int, headers: [(name: String, value: String)], body: JSONNode?, url: String = "") {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }

    /// The value of the first header called `name`, whatever its case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The value at a path that begins with `status`, `headers` or `body`.
    public func value(at path: JSONPath) -> Value {
        guard case .key(let part)? = path.steps.first else { return .null }
        let rest = Array(path.steps.dropFirst())
        switch part {
        case "status": return rest.isEmpty ? .integer(Int64(status)) : .null
        case "headers":
            guard rest.count == 1, case .key(let name) = rest[0] else { return .null }
            // Names of headers hold hyphens, names in expressions do not: `response.headers.x_total`.
            return (header(name) ?? header(String(name.map { $0 == "_" ? "-" : $0 }))).map(Value.text) ?? .null
        case "body": return body?.value(at: JSONPath(steps: rest)) ?? .null
        default: return .null
        }
    }
}

/// What paging needs to know about a page that was read.
struct PageFacts {
    /// The response.
    var response: ResponseView
    /// How many entries the provider listed.
    var count: Int
    /// The external ids of the entries, in order; nil for one without.
    var ids: [String?]
    /// The last entry.
    var lastEntry: JSONNode?
    /// For conditions over the response.
    var scope: Scope

    func value(of source: ValueSource) throws(ExpressionFailure) -> Value {
        switch source {
        case .path(let path): return response.body?.value(at: path) ?? .null
        case .template(let template):
            var scope = scope
            scope.response = response
            return try template.value(in: scope)
        }
    }
}

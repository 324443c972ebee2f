/// A whole request.
public struct Request: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The path, percent-decoded, for messages; routing works on `segments`.
    public var path: String { "/" + segments.joined(separator: "/") }
    /// The parts of the path between slashes, each percent-decoded on its own, so that `%2F` separates nothing.
    public var segments: [String]
    /// The items of the query in order, decoded.
    public var query: [QueryItem]
    /// The headers, in order.
    public var headers: [HeaderField]
    /// The body, at most as long as the server's configuration allows.
    public var body: [UInt8]
    /// What stood for the parameters of the route's pattern.
    public var parameters: [String: String] = [:]

    /// A request.
    public init(
        method: String = "GET", segments: [String] = [], query: [QueryItem] = [], headers: [HeaderField] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.segments = segments
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The value of the first header called `name`, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The value of the first query item called `name`.
    public func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// One `name=value` of a query.
public struct QueryItem: Sendable, Hashable {
    /// The name, decoded.
    public var name: String
    /// The value, decoded; empty if there is no `=`.
    public var value: String

    /// An item.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// One header of a request or a response.
public struct HeaderField: Sendable, Hashable {
    /// The name, compared without case.
    public var name: String
    /// The value.
    public var value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

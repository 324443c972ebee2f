import Models

/// A request to a provider.
public struct HTTPRequest: Sendable, Hashable {
    /// The method, in capitals.
    public var method: String
    /// The absolute URL, http or https.
    public var url: String
    /// The headers, in order; `Host` and `Content-Length` are added by the transport.
    public var headers: [HTTPHeader]
    /// The body, nil for none.
    public var body: [UInt8]?
    /// Bounds on time and size.
    public var limits: HTTPLimits
    /// Whether it must not reach the server twice. A request on a kept connection that the server closes without a
    /// word is otherwise repeated on a new one, though the server may have acted on it: harmless for a list, not for
    /// the refresh of a rotating token. Costs a connection of its own.
    public var isSentOnce: Bool

    /// A request.
    public init(
        method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        limits: HTTPLimits = HTTPLimits(), isSentOnce: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.isSentOnce = isSentOnce
    }
}

/// One header of a request or a response.
public struct HTTPHeader: Sendable, Hashable {
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

/// Bounds on one request.
public struct HTTPLimits: Sendable, Hashable {
    /// Until the connection stands (TCP and TLS).
    public var connect: Duration
    /// From then until the first byte of the answer.
    public var firstByte: Duration
    /// The whole exchange.
    public var total: Duration
    /// Bytes of the body after decompression.
    public var bodyBytes: Int
    /// How many redirects are followed; credentials do not cross hosts. With 0 the redirect itself is the response.
    public var redirects: Int
    /// Bytes of all headers of one response, names and values.
    public var headerBytes: Int

    /// The defaults suit a list request of a public API.
    public init(
        connect: Duration = .seconds(10), firstByte: Duration = .seconds(60), total: Duration = .seconds(300),
        bodyBytes: Int = 64 << 20, redirects: Int = 5, headerBytes: Int = 128 << 10
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.total = total
        self.bodyBytes = bodyBytes
        self.redirects = redirects
        self.headerBytes = headerBytes
    }
}

/// A complete response.
public struct HTTPResponse: Sendable {
    /// The status code of the last response (redirects followed).
    public var status: Int
    /// The headers of the last response, in order. `Content-Encoding` and `Content-Length` describe the body as it
    /// was sent, not as it is here.
    public var headers: [HTTPHeader]
    /// The decompressed body, with at least 64 bytes of spare capacity behind it (for simdjson).
    public var body: [UInt8]
    /// The URL that answered, after redirects: the base of relative links. Empty where nothing was sent.
    public var url: String

    /// A response.
    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], url: String = "") {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }
}

/// Why there is no response. Descriptions name the host and what happened, never a path, query, header or body.
public struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What happened, in kinds that ask for different actions.
    public enum Kind: String, Sendable {
        case unresolvedHost, connectionRefused, connectionReset, timeoutConnecting, timeoutFirstByte, timeoutTotal
        case tls, bodyTooLarge, headersTooLarge, tooManyRedirects, forbiddenAddress, badContentEncoding, invalidRequest
        case cancelled, other
        /// What came back is not HTTP.
        case invalidResponse
        /// The provider redirects to where the request must not go: from https to http, or with a body to another host.
        case refusedRedirect
        /// The configured proxy did not open the way.
        case proxyRefused
    }

    /// What happened.
    public let kind: Kind
    /// What happened, for a person.
    public let description: String

    /// An error.
    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// Sends requests. Implementations: `CurlTransport` (libcurl) and `ScriptedTransport` (memory).
public protocol HTTPTransport: Sendable {
    /// Sends `request` and returns the whole response, whatever its status. Cancelling the task ends the exchange.
    /// - Throws: `HTTPError`.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}

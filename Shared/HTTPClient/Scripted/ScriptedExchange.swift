/// One line of the script of a `ScriptedTransport`: what must be asked, and what happens then.
public struct ScriptedExchange: Sendable {
    /// What must be asked.
    public var expected: RequestExpectation
    /// What happens then.
    public var outcome: Outcome

    /// What comes back.
    public enum Outcome: Sendable {
        /// A response. Redirects are followed like those of a server.
        case response(HTTPResponse)
        /// No response.
        case failure(HTTPError)
        /// Nothing, ever: the limits of the request, or a cancellation, end it.
        case silence
    }

    /// A line of the script.
    public init(_ expected: RequestExpectation, _ outcome: Outcome) {
        self.expected = expected
        self.outcome = outcome
    }
}

/// What a request must look like. What is nil or empty is not looked at.
public struct RequestExpectation: Sendable, Hashable {
    /// The method.
    public var method: String?
    /// The URL as it is sent, or only its path and query if it starts with `/`.
    public var url: String?
    /// Headers that must be there with exactly these values, among others.
    public var headers: [HTTPHeader]
    /// Names of headers that must not be there.
    public var absentHeaders: [String]
    /// The body.
    public var body: [UInt8]?

    /// An expectation.
    public init(
        method: String? = nil, url: String? = nil, headers: [HTTPHeader] = [], absentHeaders: [String] = [],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.absentHeaders = absentHeaders
        self.body = body
    }

    /// In which points `request`, sent to `url`, differs; empty if it fits. Values of headers and bodies are not
    /// quoted: they may be secrets.
    func differences(from request: HTTPRequest, to url: HTTPURL) -> [String] {
        var found: [String] = []
        if let method, method != request.method { found.append("method \(request.method) instead of \(method)") }
        if let expected = self.url {
            let sent = expected.hasPrefix("/") ? url.pathAndQuery : url.text
            if sent != expected { found.append("URL \(sent) instead of \(expected)") }
        }
        for header in headers {
            let values = request.headers.filter { $0.isNamed(header.name) }.map(\.value)
            if values.isEmpty {
                found.append("no header \(header.name)")
            } else if !values.contains(header.value) {
                found.append("another value of header \(header.name)")
            }
        }
        for name in absentHeaders where request.headers.contains(where: { $0.isNamed(name) }) {
            found.append("a header \(name) that must not be there")
        }
        if let body, body != request.body ?? [] { found.append("another body") }
        return found
    }
}

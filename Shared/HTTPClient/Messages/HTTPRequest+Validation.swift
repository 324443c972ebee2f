extension HTTPRequest {
    /// Checks what a transport must not pass on, and reads the URL.
    /// - Throws: `HTTPError` of kind `invalidRequest` for a URL, method, header or limit that cannot be sent.
    func validated() throws(HTTPError) -> HTTPURL {
        let url = try HTTPURL(self.url)
        guard !method.isEmpty, method.utf8.allSatisfy({ (65...90).contains($0) }), method != "CONNECT",
            method != "TRACE"
        else {
            throw HTTPError(.invalidRequest, "\(url.host): the method must be a word of capital letters such as GET")
        }
        if body?.isEmpty == false, method == "GET" || method == "HEAD" {
            // Servers may ignore such a body or close the connection (RFC 9110, 9.3.1), and caches do worse.
            throw HTTPError(.invalidRequest, "\(url.host): a \(method) request cannot carry a body; use POST")
        }
        for header in headers {
            guard HeaderName.isToken(header.name) else {
                throw HTTPError(
                    .invalidRequest, "\(url.host): a header whose name is not a word of letters, digits and -")
            }
            guard header.value.utf8.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
                throw HTTPError(
                    .invalidRequest, "\(url.host): the value of header \(header.name) holds a control character")
            }
            if Self.headersOfTheTransport.contains(where: header.isNamed) {
                throw HTTPError(
                    .invalidRequest, "\(url.host): header \(header.name) is set by the transport; remove it")
            }
        }
        guard limits.connect > .zero, limits.firstByte > .zero, limits.total > .zero, limits.bodyBytes >= 0,
            limits.headerBytes > 0, limits.redirects >= 0
        else { throw HTTPError(.invalidRequest, "\(url.host): the limits on time and size must be above zero") }
        return url
    }

    /// They decide where a message ends or where it goes: a second opinion on that is how requests are smuggled.
    private static let headersOfTheTransport = [
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Trailer", "TE", "Expect", "Keep-Alive",
        "Proxy-Authorization", "Proxy-Connection",
    ]
}

import HTTPClient

/// Leads every request to a local server, with the place where it was meant to go in a header. Redirects are led too.
struct LedTransport: HTTPTransport {
    /// The header that says `https://host` of the request as it was made.
    static let header = "X-Led-From"

    let base: any HTTPTransport
    /// `http://127.0.0.1:port`
    let server: String

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await RedirectFollower.send(request) { (request, url) throws(HTTPError) in
            var led = request
            led.url = server + url.pathAndQuery
            led.headers.append(HTTPHeader(Self.header, Self.origin(of: url)))
            led.limits.redirects = 0
            return try await base.send(led)
        }
    }

    private static func origin(of url: HTTPURL) -> String {
        let isOrdinary = url.port == (url.scheme == "https" ? 443 : 80)
        return "\(url.scheme)://\(url.host)" + (isOrdinary ? "" : ":\(url.port)")
    }
}

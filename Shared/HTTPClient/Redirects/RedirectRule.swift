/// What a redirect makes of a request (RFC 9110, 15.4), and what it may not take along.
package enum RedirectRule {
    /// The next request, or nil if `response` is no redirect that is followed.
    /// - Throws: `HTTPError` of kind `refusedRedirect`, or `invalidRequest` for a target that is no http URL.
    package static func next(
        after response: HTTPResponse, to request: HTTPRequest, at url: HTTPURL
    ) throws(HTTPError) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status), let location = response.header("Location") else {
            return nil
        }
        let target: HTTPURL
        do {
            target = try url.resolving(location)
        } catch {
            throw HTTPError(.refusedRedirect, "\(url.host): redirects to something that is no http or https URL")
        }
        if url.scheme == "https", target.scheme == "http" {
            throw HTTPError(.refusedRedirect, "\(url.host): redirects from https to http on \(target.host)")
        }
        var next = request
        next.url = target.text
        if becomesGet(status: response.status, method: request.method) {
            next.method = "GET"
            next.body = nil
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        guard !isSameOrigin(url, target) else { return next }
        if next.body?.isEmpty == false {
            // A body may hold a client secret, a refresh token or a customer's data.
            throw HTTPError(
                .refusedRedirect,
                "\(url.host): redirects a \(request.method) with a body to another host, \(target.host); "
                    + "address that host in the first place")
        }
        next.headers.removeAll { header in !headersThatCrossHosts.contains(where: header.isNamed) }
        return next
    }

    // 301 and 302 turn a POST into a GET because every client always did; other methods are kept.
    private static func becomesGet(status: Int, method: String) -> Bool {
        switch status {
        case 301, 302: method == "POST"
        case 303: method != "GET" && method != "HEAD"
        default: false
        }
    }

    /// Same scheme, host and port, or the same host's step from http to https on the usual ports.
    private static func isSameOrigin(_ from: HTTPURL, _ to: HTTPURL) -> Bool {
        guard from.host == to.host else { return false }
        if from.scheme == to.scheme { return from.port == to.port }
        return from.scheme == "http" && from.port == 80 && to.port == 443
    }

    /// Everything else may be a credential: API keys come in headers of any name.
    private static let headersThatCrossHosts = [
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "If-Modified-Since",
        "If-None-Match", "Range", "User-Agent",
    ]
}

/// Sends a request and follows its redirects, each hop as a request of its own, within one total time.
/// All transports share it, so that the rules about credentials hold whatever carries the bytes.
package enum RedirectFollower {
    /// The last response.
    /// - Throws: what `hop` throws, `tooManyRedirects`, and what ``RedirectRule`` refuses.
    package static func send(
        _ request: HTTPRequest,
        hop: (HTTPRequest, HTTPURL) async throws(HTTPError) -> HTTPResponse
    ) async throws(HTTPError) -> HTTPResponse {
        let deadline = ContinuousClock.now.advanced(by: request.limits.total)
        var current = request
        var url = try request.validated()
        var followed = 0
        while true {
            var response = try await hop(current, url)
            response.url = url.text
            guard request.limits.redirects > 0,
                var next = try RedirectRule.next(after: response, to: current, at: url)
            else { return response }
            guard followed < request.limits.redirects else {
                throw HTTPError(.tooManyRedirects, "\(url.host): more than \(followed) redirects")
            }
            followed += 1
            next.limits.total = ContinuousClock.now.duration(to: deadline)
            guard next.limits.total > .zero else {
                throw HTTPError(.timeoutTotal, "\(url.host): no whole answer within \(request.limits.total)")
            }
            url = try next.validated()
            current = next
        }
    }
}

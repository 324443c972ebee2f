/// Sends requests with libcurl: one thread, connections kept alive and shared, HTTP/2 over TLS where the server
/// offers it.
///
/// Addresses are checked against `CurlSettings.addresses` after name resolution, whenever a connection is opened.
/// A kept connection is reused only by the transport that opened it, under the same policy.
public final class CurlTransport: HTTPTransport {
    private let loop: CurlLoop
    private let routing: CurlRouting
    private let addresses: AddressPolicy

    /// Makes a transport; it lives until ``close()`` or until it is released.
    /// - Throws: `HTTPError` of kind `other` if the system has no memory or thread for it, or `invalidRequest` if the
    ///   URL of the proxy is none.
    public init(_ settings: CurlSettings = CurlSettings()) throws(HTTPError) {
        routing = try CurlRouting(proxy: settings.proxy, addresses: settings.addresses)
        addresses = settings.addresses
        guard let loop = CurlLoop(settings: settings) else {
            throw HTTPError(.other, "libcurl cannot be started: no memory or no thread left")
        }
        self.loop = loop
    }

    deinit { loop.inbox.close() }

    /// Ends what is under way with `cancelled`, closes all connections, and returns when that is done. Later requests
    /// end with `cancelled` at once.
    public func close() async {
        loop.inbox.close()
        await loop.whenEnded()
    }

    /// Sends `request`, follows its redirects, and returns the last response.
    /// - Throws: `HTTPError`.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await RedirectFollower.send(request) { (request, url) throws(HTTPError) in
            try await exchange(request, url: url)
        }
    }

    private func exchange(_ request: HTTPRequest, url: HTTPURL) async throws(HTTPError) -> HTTPResponse {
        let route = try await routing.route(to: url, within: request.limits)
        let exchange = CurlExchange(request, url: url, route: route, addresses: addresses)
        let inbox = loop.inbox
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if !inbox.send(.start(exchange, continuation)) {
                    continuation.resume(returning: .failure(exchange.failure(.cancelled)))
                }
            }
        } onCancel: {
            _ = inbox.send(.cancel(exchange))
        }
        return try result.get()
    }
}

/// Decides how each target is reached, and guards the address where the connection itself cannot (see `ProxySettings`).
struct CurlRouting: Sendable {
    private let proxy: ProxySettings?
    private let addresses: AddressPolicy
    private let resolver = HostResolver()

    /// - Throws: `HTTPError` of kind `invalidRequest` if the URL of the proxy is no http or https URL.
    init(proxy: ProxySettings?, addresses: AddressPolicy) throws(HTTPError) {
        if let proxy {
            do {
                _ = try HTTPURL(proxy.url)
            } catch {
                throw HTTPError(.invalidRequest, "the proxy must be http://host:port or https://host:port")
            }
        }
        self.proxy = proxy
        self.addresses = addresses
    }

    /// The route to `url`.
    /// - Throws: `forbiddenAddress`, `unresolvedHost`, `timeoutConnecting` or `cancelled`.
    func route(to url: HTTPURL, within limits: HTTPLimits) async throws(HTTPError) -> CurlRoute {
        guard let proxy, !proxy.isBypassed(url.host) else { return .direct }
        if case .any = addresses { return .proxy(proxy, address: nil) }
        if let literal = IPAddress(url.host.trimmingBrackets) {
            guard addresses.permits(literal) else { throw forbidden(url) }
            return .proxy(proxy, address: nil)
        }
        switch proxy.resolution {
        case .byProxy:
            guard url.host != "localhost", !url.host.hasSuffix(".localhost") else { throw forbidden(url) }
            return .proxy(proxy, address: nil)
        case .here:
            let found = try await resolver.addresses(of: url.host, within: min(limits.connect, limits.total))
            guard let address = found.first(where: addresses.permits) else { throw forbidden(url) }
            return .proxy(proxy, address: address)
        }
    }

    private func forbidden(_ url: HTTPURL) -> HTTPError {
        HTTPError(
            .forbiddenAddress,
            "\(url.host): its address is private, local or reserved; allow it in the configuration if that is meant")
    }
}

extension String {
    /// The address inside the brackets of an IPv6 host.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

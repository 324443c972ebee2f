/// How a `CurlTransport` connects. Limits of single requests are in `HTTPLimits`.
public struct CurlSettings: Sendable {
    /// Which addresses may be connected to.
    public var addresses: AddressPolicy
    /// Sent as `User-Agent` where a request has none.
    public var userAgent: String
    /// The proxy, nil for none. Proxy variables of the environment are always ignored.
    public var proxy: ProxySettings?
    /// A PEM file of trusted certificate authorities; nil for the system's.
    public var caBundle: String?
    /// Requests under way at once, all hosts together; more wait their turn, hosts in rotation.
    public var maximumRequests: Int
    /// Requests under way at once to one host and port; more wait their turn.
    public var maximumRequestsPerHost: Int
    /// Idle connections kept for reuse.
    public var maximumIdleConnections: Int

    /// The defaults suit a retriever.
    public init(
        addresses: AddressPolicy = .publicOnly, userAgent: String = "Tributary/1.0", proxy: ProxySettings? = nil,
        caBundle: String? = nil, maximumRequests: Int = 4096, maximumRequestsPerHost: Int = 1024,
        maximumIdleConnections: Int = 256
    ) {
        self.addresses = addresses
        self.userAgent = userAgent
        self.proxy = proxy
        self.caBundle = caBundle
        self.maximumRequests = maximumRequests
        self.maximumRequestsPerHost = maximumRequestsPerHost
        self.maximumIdleConnections = maximumIdleConnections
    }
}

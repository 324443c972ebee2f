/// An HTTP proxy through which every request goes in a tunnel (CONNECT), so that the proxy sees host and port only.
///
/// Behind a proxy the transport sees only the proxy's address, so the refusal of private addresses needs a decision:
/// - `.here` (the default): names are resolved on this side, an address is chosen that the `AddressPolicy` permits, and
///   the tunnel is opened to exactly that address. The name cannot mean something else at the proxy.
/// - `.byProxy`: for networks that cannot resolve public names. The proxy resolves and **must itself refuse private
///   addresses**; here only literal addresses and the name `localhost` are checked.
/// The proxy's own address is the operator's and is not checked.
public struct ProxySettings: Hashable, Sendable {
    /// Who turns host names into addresses, and so who guards them.
    public enum Resolution: Hashable, Sendable {
        case here
        case byProxy
    }

    /// `http://host:port` or `https://host:port`, without credentials.
    public var url: String
    /// The name for basic authentication at the proxy.
    public var user: String?
    /// The password for basic authentication at the proxy.
    public var password: String?
    /// Hosts that are reached directly: exact names, or `.example.com` for all names below.
    public var bypass: [String]
    /// Who resolves names.
    public var resolution: Resolution

    /// A proxy.
    public init(
        url: String, user: String? = nil, password: String? = nil, bypass: [String] = [], resolution: Resolution = .here
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.bypass = bypass
        self.resolution = resolution
    }

    /// Whether `host` is reached without the proxy.
    func isBypassed(_ host: String) -> Bool {
        bypass.contains { rule in
            let rule = rule.lowercased()
            return rule.hasPrefix(".") ? host.hasSuffix(rule) : host == rule
        }
    }
}

/// How an exchange reaches its target.
enum CurlRoute: Sendable {
    /// A connection of our own; addresses are checked when it is opened.
    case direct
    /// A tunnel through a proxy, to `address` instead of what the host name means there, if given.
    case proxy(ProxySettings, address: IPAddress?)
}

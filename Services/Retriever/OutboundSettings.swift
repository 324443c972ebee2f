import HTTPClient
import Service

/// How a retriever reaches providers: directly, or through a proxy.
package enum OutboundSettings {
    static let proxy = Setting.text(
        "proxy", environment: "TRIBUTARY_PROXY",
        "Proxy that providers are asked through, http://host:port or https://host:port, without credentials",
        placeholder: "URL"
    ).optional
    static let proxyUser = Setting.text(
        "proxy-user", environment: "TRIBUTARY_PROXY_USER", "Name for basic authentication at the proxy",
        placeholder: "NAME"
    ).optional
    static let proxyPassword = Setting.text(
        "proxy-password", environment: "TRIBUTARY_PROXY_PASSWORD", "Password for basic authentication at the proxy",
        isSecret: true, placeholder: "PASSWORD"
    ).optional
    static let proxyBypass = Setting.list(
        "proxy-bypass", environment: "TRIBUTARY_PROXY_BYPASS",
        "Hosts that are reached without the proxy: names, or .example.com for all below")
    static let caFile = Setting.text(
        "ca-file", environment: "TRIBUTARY_CA_FILE",
        "PEM file of the certificate authorities that are trusted in place of the system's", placeholder: "FILE"
    ).optional

    /// All of them.
    package static let all: [any SettingDeclaration] = [proxy, proxyUser, proxyPassword, proxyBypass, caFile]

    /// The transport's settings for a process of `configuration`, which may connect to `addresses`.
    package static func transport(_ configuration: Configuration, addresses: AddressPolicy) -> CurlSettings {
        CurlSettings(
            addresses: addresses,
            proxy: configuration[proxy].map { url in
                ProxySettings(
                    url: url, user: configuration[proxyUser], password: configuration[proxyPassword],
                    bypass: configuration[proxyBypass])
            }, caBundle: configuration[caFile])
    }
}

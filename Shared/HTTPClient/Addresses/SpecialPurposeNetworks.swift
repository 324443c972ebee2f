/// The blocks of addresses that no provider on the public internet has: the IANA special-purpose registries of IPv4
/// and IPv6 (RFC 6890, state of 2025), multicast, and one address that clouds answer themselves.
///
/// The registries call a few of these globally reachable (AS112, AMT, PCP and TURN anycast). They are infrastructure,
/// never an API, so they are refused like the rest.
enum SpecialPurposeNetworks {
    /// A block and what it is for.
    struct Entry: Sendable {
        let network: IPNetwork
        let purpose: String
    }

    static let v4: [Entry] = entries([
        ("0.0.0.0/8", "this network (RFC 791)"),
        ("10.0.0.0/8", "private use (RFC 1918)"),
        ("100.64.0.0/10", "shared address space of carriers (RFC 6598)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("168.63.129.16/32", "platform services inside Azure"),
        ("169.254.0.0/16", "link local (RFC 3927), cloud metadata"),
        ("172.16.0.0/12", "private use (RFC 1918)"),
        ("192.0.0.0/24", "IETF protocol assignments (RFC 6890)"),
        ("192.0.2.0/24", "documentation (RFC 5737)"),
        ("192.31.196.0/24", "AS112 (RFC 7535)"),
        ("192.52.193.0/24", "AMT (RFC 7450)"),
        ("192.88.99.0/24", "6to4 relays (RFC 7526)"),
        ("192.168.0.0/16", "private use (RFC 1918)"),
        ("192.175.48.0/24", "AS112 (RFC 7534)"),
        ("198.18.0.0/15", "benchmarking (RFC 2544)"),
        ("198.51.100.0/24", "documentation (RFC 5737)"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("240.0.0.0/4", "reserved, and limited broadcast (RFC 1112, RFC 8190)"),
    ])

    /// What lies outside 2000::/3 is refused without being listed, see ``AddressPolicy``; it is named here for
    /// completeness, and so that a reader finds every row of the registry.
    static let v6: [Entry] = entries([
        ("::/128", "unspecified (RFC 4291)"),
        ("::1/128", "loopback (RFC 4291)"),
        ("::/96", "IPv4-compatible (RFC 4291, deprecated)"),
        ("::ffff:0:0/96", "IPv4-mapped (RFC 4291)"),
        ("::ffff:0:0:0/96", "IPv4-translated (RFC 2765)"),
        ("64:ff9b:1::/48", "local-use IPv4/IPv6 translation (RFC 8215)"),
        ("100::/64", "discard only (RFC 6666)"),
        ("100:0:0:1::/64", "dummy prefix (RFC 9780)"),
        ("2001::/23", "IETF protocol assignments: Teredo, benchmarking, ORCHID, AMT, AS112 (RFC 2928)"),
        ("2001:db8::/32", "documentation (RFC 3849)"),
        ("2002::/16", "6to4 (RFC 3056)"),
        ("2620:4f:8000::/48", "AS112 (RFC 7534)"),
        ("3fff::/20", "documentation (RFC 9637)"),
        ("5f00::/16", "segment routing identifiers (RFC 9602)"),
        ("fc00::/7", "unique local (RFC 4193)"),
        ("fe80::/10", "link local (RFC 4291)"),
        ("fec0::/10", "site local (RFC 3879, deprecated)"),
        ("ff00::/8", "multicast (RFC 4291)"),
    ])

    // A row that does not parse would silently be missing; a test counts them.
    private static func entries(_ rows: [(String, String)]) -> [Entry] {
        rows.compactMap { row in IPNetwork(row.0).map { Entry(network: $0, purpose: row.1) } }
    }
}

extension IPAddress {
    /// Whether this is an ordinary address of the public internet, where a provider may be: no special-purpose block,
    /// and for IPv6 only global unicast (2000::/3). An address of the well-known NAT64 prefix 64:ff9b::/96 (RFC 6052)
    /// counts as the IPv4 address inside it, because in a network with IPv6 only every IPv4 provider looks like that.
    public var isPublic: Bool {
        switch self {
        case .v4:
            return !SpecialPurposeNetworks.v4.contains { $0.network.contains(self) }
        case .v6(let number):
            if let embedded = embeddedByNAT64 { return embedded.isPublic }
            guard number >> 125 == 0b001 else { return false }
            return !SpecialPurposeNetworks.v6.contains { $0.network.contains(self) }
        }
    }

    private var embeddedByNAT64: IPAddress? {
        guard case .v6(let number) = self, number >> 32 == 0x0064_ff9b_0000_0000_0000_0000 else { return nil }
        return .v4(UInt32(truncatingIfNeeded: number))
    }
}

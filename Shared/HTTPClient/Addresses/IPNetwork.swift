/// A block of addresses in CIDR notation (RFC 4632), such as `10.0.0.0/8` or `fd00::/8`.
public struct IPNetwork: Hashable, Sendable {
    /// The first address of the block.
    public let base: IPAddress
    /// How many leading bits all its addresses share.
    public let prefixLength: Int

    /// Parses `address/length`, or an address alone, which is a block of one. Nil if it is neither, if the length
    /// does not fit the family, or if the address has bits behind its prefix (`10.0.0.1/8` is a mistake).
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        var length = address.bitWidth
        if parts.count == 2 {
            // Digits only: Int would also take a sign.
            guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let given = Int(parts[1]),
                given <= address.bitWidth
            else { return nil }
            length = given
        }
        self.init(base: address, prefixLength: length)
        guard contains(address), Self.masked(address, length) == address else { return nil }
    }

    private init(base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// Whether `address` lies in this block. Addresses of the other family never do.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4, .v4), (.v6, .v6): Self.masked(address, prefixLength) == Self.masked(base, prefixLength)
        default: false
        }
    }

    // Shifting by the full width gives 0 in Swift, so that a length of 0 keeps no bit.
    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        switch address {
        case .v4(let number): .v4(number & UInt32.max << UInt32(32 - length))
        case .v6(let number): .v6(number & UInt128.max << UInt128(128 - length))
        }
    }
}

extension IPNetwork: CustomStringConvertible {
    /// The CIDR notation.
    public var description: String { "\(base)/\(prefixLength)" }
}

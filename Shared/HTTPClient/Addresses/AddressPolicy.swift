/// Which addresses a transport may connect to, checked after name resolution and at every redirect, so that an
/// address given by a customer cannot reach the operator's own network.
public enum AddressPolicy: Hashable, Sendable {
    /// Only ordinary public addresses, see ``IPAddress/isPublic``. The default.
    case publicOnly
    /// Public addresses, and these blocks.
    case allowing([IPNetwork])
    /// Every address: for a test, or a network that is guarded otherwise.
    case any

    /// Reads a configuration value: empty for ``publicOnly``, `any`, or blocks such as `127.0.0.0/8,::1/128`.
    /// - Throws: ``AddressPolicyError`` that names the entry that is no block.
    public init(configuration text: String) throws(AddressPolicyError) {
        let entries = text.split(separator: ",").map { entry in
            String(entry.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }.filter { !$0.isEmpty }
        if entries.isEmpty {
            self = .publicOnly
        } else if entries == ["any"] {
            self = .any
        } else {
            var networks: [IPNetwork] = []
            for entry in entries {
                guard let network = IPNetwork(entry) else { throw AddressPolicyError(entry: entry) }
                networks.append(network)
            }
            self = .allowing(networks)
        }
    }

    /// Whether a connection to `address` may be opened.
    ///
    /// An allowed IPv4 block does not allow the same addresses in an IPv6 disguise (mapped, NAT64, 6to4): name the
    /// IPv6 block as well if that is meant.
    public func permits(_ address: IPAddress) -> Bool {
        switch self {
        case .publicOnly: address.isPublic
        case .allowing(let networks): networks.contains { $0.contains(address) } || address.isPublic
        case .any: true
        }
    }
}

/// A configured address block that cannot be read.
public struct AddressPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The entry as it was given.
    public let entry: String

    /// What is wrong and what to write instead.
    public var description: String {
        "'\(entry)' is no block of addresses: write a comma-separated list such as 127.0.0.0/8,::1/128 "
            + "(no bits behind the prefix), or 'any', or nothing for public addresses only"
    }
}

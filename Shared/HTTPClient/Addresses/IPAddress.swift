import Glibc

/// An IPv4 or IPv6 address as a number in host order, without port and zone.
public enum IPAddress: Hashable, Sendable {
    /// An IPv4 address.
    case v4(UInt32)
    /// An IPv6 address.
    case v6(UInt128)

    /// Parses the dotted form of IPv4 or the colon form of IPv6 (RFC 4291). Short and octal forms of IPv4 such as
    /// `127.1` are refused. Nil for everything that is no address.
    public init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self = .v6(Self.number(six))
    }

    /// The address of a socket, nil if it is neither IPv4 nor IPv6 (a Unix socket, for example) or too short.
    init?(_ address: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(address.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            self = .v4(UInt32(bigEndian: address.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            self = .v6(Self.number(address.loadUnaligned(as: sockaddr_in6.self).sin6_addr))
        default: return nil
        }
    }

    /// How many bits an address of this family has.
    public var bitWidth: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    private static func number(_ address: in6_addr) -> UInt128 {
        withUnsafeBytes(of: address) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The text form: dotted for IPv4, the compressed colon form of RFC 5952 for IPv6.
    public var description: String {
        switch self {
        case .v4(let number):
            return "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
        case .v6(let number):
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) { bytes in
                for index in 0..<16 { bytes[index] = UInt8(truncatingIfNeeded: number >> UInt128(120 - 8 * index)) }
            }
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
                guard let base = text.baseAddress,
                    inet_ntop(AF_INET6, &address, base, socklen_t(text.count)) != nil
                else { return "" }
                return String(cString: base)
            }
        }
    }
}

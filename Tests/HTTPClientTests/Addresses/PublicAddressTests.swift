import HTTPClient
import Testing

/// Every block of the IANA special-purpose registries, at its first and last address and one beyond either end.
@Suite struct PublicAddressTests {
    @Test(arguments: [
        // First and last address of each block of the IPv4 registry, and of multicast.
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0",
        "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0",
        "172.31.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.0.192",
        "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.31.196.0", "192.31.196.255", "192.52.193.0", "192.52.193.255",
        "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255", "192.175.48.0", "192.175.48.255",
        "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0",
        "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255", "168.63.129.16",
        // The IPv6 registry.
        "::", "::1", "::2", "::ffff:0:0", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::ffff:ffff:ffff", "::8.8.8.8",
        "::10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254",
        "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:1::8.8.8.8",
        "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "2001::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:1::2", "2001:1::3", "2001:2::", "2001:2:0:ffff::",
        "2001:3::", "2001:4:112::", "2001:10::", "2001:20::", "2001:2f:ffff::", "2001:30::", "2001:1ff:ffff::",
        "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:7f00:1::", "2002:808:808::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "5f00::", "5f00:ffff::", "fc00::", "fd00:ec2::254",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::", "feff::1", "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        // Not assigned to anyone: everything outside 2000::/3.
        "1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "8000::", "c000::", "e000::", "fbff::", "fe00::",
    ])
    func specialAddressesAreNotPublic(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!address.isPublic)
        #expect(!AddressPolicy.publicOnly.permits(address))
        #expect(AddressPolicy.any.permits(address))
    }

    @Test(arguments: [
        // One address beyond either end of each block.
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.31.195.255", "192.31.197.0", "192.52.192.255",
        "192.52.194.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "192.175.47.255",
        "192.175.49.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "8.8.8.8", "2000::", "2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::",
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::", "2606:4700::1111", "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
        "2620:4f:8001::", "3ffe:ffff::", "3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        // A public IPv4 address, as a network with IPv6 only sees it.
        "64:ff9b::8.8.8.8", "64:ff9b::1.0.0.0", "64:ff9b::223.255.255.255",
    ])
    func ordinaryAddressesArePublic(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isPublic)
        #expect(AddressPolicy.publicOnly.permits(address))
    }
}

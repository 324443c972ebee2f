import HTTPClient
import Testing

@Suite struct AddressPolicyTests {
    @Test func anAllowedBlockAddsToThePublicAddresses() throws {
        let policy = try AddressPolicy(configuration: " 127.0.0.0/8 , ::1/128,")
        for text in ["127.0.0.1", "127.255.255.255", "::1", "8.8.8.8", "2606:4700::1111"] {
            #expect(policy.permits(try #require(IPAddress(text))), "\(text)")
        }
        for text in ["10.0.0.1", "::2", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "fe80::1"] {
            #expect(!policy.permits(try #require(IPAddress(text))), "\(text)")
        }
    }

    @Test func theConfigurationIsReadOrRefusedWithTheEntry() throws {
        #expect(try AddressPolicy(configuration: "") == .publicOnly)
        #expect(try AddressPolicy(configuration: " , ") == .publicOnly)
        #expect(try AddressPolicy(configuration: "any") == .any)
        #expect(try AddressPolicy(configuration: "10.1.2.3") == AddressPolicy(configuration: "10.1.2.3/32"))
        for bad in [
            "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/", "/8", "10.0.0/8", "::1/129",
            "::1/64",
            "localhost", "10.0.0.0/8/8", "010.0.0.0/8", "127.1/32",
        ] {
            let error = #expect(throws: AddressPolicyError.self, "\(bad)") {
                try AddressPolicy(configuration: "127.0.0.0/8,\(bad)")
            }
            #expect(error?.description.contains("'\(bad)'") == true)
        }
    }

    @Test(arguments: [
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "ffff::", true),
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/31", "10.0.0.1", true),
        ("10.0.0.0/31", "10.0.0.2", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::", false),
        ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
    ])
    func blocksContainWhatTheirPrefixSays(block: String, address: String, isInside: Bool) throws {
        #expect(try #require(IPNetwork(block)).contains(try #require(IPAddress(address))) == isInside)
        #expect(IPNetwork(block)?.description == block)
    }

    @Test(arguments: [
        ("1.2.3.4", "1.2.3.4"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
    ])
    func addressesAreWrittenInOneForm(text: String, normal: String) {
        #expect(IPAddress(text)?.description == normal)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", ":::", "1::2::3", "::g", "[::1]",
        "fe80::1%eth0",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }
}

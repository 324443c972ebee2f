import HTTPClient
import RawHTTPServer
import Testing

/// No request reaches an address that the policy does not allow, however it is written and whoever names it.
@Suite(.timeLimit(.minutes(5))) struct ForbiddenAddressTests {
    @Test(arguments: [
        "http://127.0.0.1", "http://localhost", "http://LOCALHOST", "http://127.1", "http://2130706433",
        "http://0x7f000001", "http://0177.0.0.1", "http://0.0.0.0", "http://0", "http://[::1]", "http://[::]",
        "http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]", "http://[::127.0.0.1]",
    ])
    func noSpellingOfThisMachineIsReached(host: String) async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport()
        await expectFailure(.forbiddenAddress) {
            try await transport.send(
                HTTPRequest(url: "\(host):\(server.port)/", limits: HTTPLimits(connect: .seconds(2))))
        }
        #expect(server.log.connections == 0)
    }

    @Test(arguments: [
        "http://10.0.0.1", "http://169.254.169.254/latest/meta-data/", "http://192.168.1.1", "http://[fd00:ec2::254]",
        "http://[fe80::1]", "http://100.64.0.1", "http://224.0.0.1",
    ])
    func noPrivateNetworkIsReached(url: String) async throws {
        let transport = try CurlTransport()
        await expectFailure(.forbiddenAddress) {
            try await transport.send(HTTPRequest(url: url, limits: HTTPLimits(connect: .seconds(2))))
        }
    }

    @Test func aRedirectIsCheckedLikeARequest() async throws {
        let inner = try RawHTTPServer { _ in [.response()] }
        let outer = try RawHTTPServer { _ in [.response(302, [("Location", "http://127.0.0.2:\(inner.port)/admin")])] }
        let one = try AddressPolicy(configuration: "127.0.0.1")
        let transport = try CurlTransport(CurlSettings(addresses: one))
        await expectFailure(.forbiddenAddress) { try await transport.send(HTTPRequest(url: outer.url)) }
        #expect(outer.log.requests.count == 1)
        #expect(inner.log.connections == 0)
    }

    @Test func anAllowedBlockIsReachedByName() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        // localhost may mean ::1 as well, which is not in the block and where nobody listens.
        let transport = try CurlTransport.toLoopback()
        #expect(try await transport.send(HTTPRequest(url: "http://localhost:\(server.port)/")).status == 200)
    }

    @Test func theErrorSaysNothingAboutTheAddress() async throws {
        let error = try await #require(throws: HTTPError.self) {
            try await CurlTransport().send(HTTPRequest(url: "http://localhost:1/path"))
        }
        #expect(error.description.contains("localhost"))
        #expect(!error.description.contains("127.0.0.1"))
    }
}

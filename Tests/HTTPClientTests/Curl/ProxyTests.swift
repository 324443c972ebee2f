import Glibc
import HTTPClient
import RawHTTPServer
import Testing

/// A proxy is a raw server that answers CONNECT with 200 and then plays the target itself.
@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    private static func proxy() throws -> RawHTTPServer {
        try RawHTTPServer { request in
            request.method == "CONNECT"
                ? [.text("HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n")] : [.response(body: [7])]
        }
    }

    private static func transport(
        _ addresses: AddressPolicy, _ proxy: RawHTTPServer, _ change: (inout ProxySettings) -> Void = { _ in }
    ) throws -> CurlTransport {
        var settings = ProxySettings(url: proxy.url)
        change(&settings)
        return try CurlTransport(CurlSettings(addresses: addresses, proxy: settings))
    }

    @Test func requestsGoThroughATunnelToTheCheckedAddress() async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(loopback, proxy)
        let response = try await transport.send(
            HTTPRequest(url: "http://localhost:4711/x", headers: [HTTPHeader("Authorization", "secret")]))
        #expect(response.body == [7])
        #expect(response.header("X-Proxy") == nil)
        let log = proxy.log
        #expect(log.requests.map(\.target) == ["127.0.0.1:4711", "/x"])
        #expect(log.requests.first?.header("Authorization") == nil)
        #expect(log.requests.last?.header("Host") == "localhost:4711")
        #expect(log.requests.last?.header("Authorization") == "secret")
    }

    @Test func aTunnelIsUsedAgain() async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(loopback, proxy)
        for _ in 0..<3 { _ = try await transport.send(HTTPRequest(url: "http://localhost:4711/")) }
        #expect(proxy.log.connections == 1)
        #expect(proxy.log.requests.count == 4)
    }

    @Test(
        arguments: [ProxySettings.Resolution.here, .byProxy], ["localhost", "127.0.0.1", "[::1]", "10.1.2.3", "127.1"])
    func theProxyIsNotAskedForForbiddenTargets(resolution: ProxySettings.Resolution, host: String) async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(.publicOnly, proxy) { $0.resolution = resolution }
        await expectFailure(.forbiddenAddress) { try await transport.send(HTTPRequest(url: "http://\(host):4711/")) }
        #expect(proxy.log.connections == 0)
    }

    @Test func namesOfThisMachineAreNotLeftToTheProxy() async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(.publicOnly, proxy) { $0.resolution = .byProxy }
        await expectFailure(.forbiddenAddress) { try await transport.send(HTTPRequest(url: "http://a.localhost/")) }
        #expect(proxy.log.connections == 0)
    }

    @Test func theProxyResolvesNamesWhereItIsTrustedTo() async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(.publicOnly, proxy) { $0.resolution = .byProxy }
        #expect(try await transport.send(HTTPRequest(url: "http://only.the.proxy.test/")).body == [7])
        #expect(proxy.log.requests.first?.target == "only.the.proxy.test:80")
    }

    @Test func credentialsOfTheProxyGoToTheProxyOnly() async throws {
        let proxy = try Self.proxy()
        let transport = try Self.transport(.any, proxy) {
            $0.user = "me"
            $0.password = "sesame"
        }
        _ = try await transport.send(HTTPRequest(url: "http://a.test/"))
        #expect(proxy.log.requests.map { $0.header("Proxy-Authorization") } == ["Basic bWU6c2VzYW1l", nil])
    }

    @Test func aProxyThatRefusesIsSaidToBeSo() async throws {
        let proxy = try RawHTTPServer { _ in [.response(403)] }
        let transport = try Self.transport(.any, proxy)
        await expectFailure(.proxyRefused) { try await transport.send(HTTPRequest(url: "http://a.test/")) }
    }

    @Test func bypassedHostsAreReachedDirectlyAndChecked() async throws {
        let proxy = try Self.proxy()
        let server = try RawHTTPServer { _ in [.response(body: [1])] }
        let allowed = try Self.transport(loopback, proxy) { $0.bypass = ["127.0.0.1"] }
        #expect(try await allowed.send(HTTPRequest(url: server.url)).body == [1])
        let refused = try Self.transport(.publicOnly, proxy) { $0.bypass = ["127.0.0.1"] }
        await expectFailure(.forbiddenAddress) { try await refused.send(HTTPRequest(url: server.url)) }
        #expect(proxy.log.connections == 0)
    }

    @Test func aProxyThatIsNoURLIsRefusedAtOnce() {
        for url in ["", "proxy:3128", "socks5://127.0.0.1:1080", "http://u:p@127.0.0.1:3128"] {
            #expect(throws: HTTPError.self, "\(url)") {
                try CurlTransport(CurlSettings(proxy: ProxySettings(url: url)))
            }
        }
    }

    @Test func proxiesOfTheEnvironmentAreIgnored() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            let server = try RawHTTPServer { _ in [.response(body: [1])] }
            let response = try await CurlTransport.toLoopback().send(HTTPRequest(url: server.url))
            guard response.body == [1] else { throw HTTPError(.other, "another body") }
        }
    }
}

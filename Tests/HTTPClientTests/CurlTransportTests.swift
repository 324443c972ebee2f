import HTTPClient
import RawHTTPServer
import Testing

/// Loopback only, as every test server is.
let loopback = AddressPolicy.allowing([IPNetwork("127.0.0.0/8")].compactMap { $0 })

@Suite(.timeLimit(.minutes(1))) struct CurlTransportTests {
    @Test func deliversStatusHeadersAndBody() async throws {
        let server = try RawHTTPServer { _ in [.response(404, [("X-One", " a ")], body: Array("gone".utf8))] }
        let transport = try CurlTransport(CurlSettings(addresses: loopback))
        let response = try await transport.send(HTTPRequest(url: server.url + "/a?b=c"))
        #expect(response.status == 404)
        #expect(response.header("x-one") == "a")
        #expect(response.body == Array("gone".utf8))
        #expect(response.body.capacity - response.body.count >= 64)
        #expect(server.log.requests.first?.target == "/a?b=c")
    }

    @Test func refusesLoopbackUnlessAllowed() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport()
        let error = await #expect(throws: HTTPError.self) {
            try await transport.send(HTTPRequest(url: server.url + "/secret"))
        }
        #expect(error?.kind == .forbiddenAddress)
        #expect(server.log.connections == 0)
    }
}

import HTTPClient
import RawHTTPServer
import Testing

/// Loopback, where every test server is.
let loopback = AddressPolicy.allowing([IPNetwork("127.0.0.0/8")].compactMap { $0 })

extension CurlTransport {
    /// A transport that may talk to the test servers.
    static func toLoopback(_ change: (inout CurlSettings) -> Void = { _ in }) throws -> CurlTransport {
        var settings = CurlSettings(addresses: loopback)
        change(&settings)
        return try CurlTransport(settings)
    }
}

@Suite(.timeLimit(.minutes(5))) struct CurlTransportTests {
    @Test func connectionsAreKeptAndUsedAgain() async throws {
        let server = try RawHTTPServer { _ in [.response(body: [1])] }
        let transport = try CurlTransport.toLoopback()
        for _ in 0..<10 { _ = try await transport.send(HTTPRequest(url: server.url)) }
        #expect(server.log.requests.count == 10)
        #expect(server.log.connections == 1)
    }

    @Test func aConnectionThatTheServerClosedInBetweenIsReplaced() async throws {
        let server = try RawHTTPServer { _ in [.response(body: [1]), .close] }
        let transport = try CurlTransport.toLoopback()
        for _ in 0..<5 { #expect(try await transport.send(HTTPRequest(url: server.url)).body == [1]) }
    }

    @Test func onlyARequestThatMayBeRepeatedIsSentTwice() async throws {
        let server = try RawHTTPServer { $0.target == "/close" ? [.close] : [.response(body: [1])] }
        let transport = try CurlTransport.toLoopback()
        _ = try await transport.send(HTTPRequest(url: server.url))
        await expectFailure(.connectionReset) { try await transport.send(HTTPRequest(url: server.url + "/close")) }
        #expect(server.log.requests.map(\.target) == ["/", "/close", "/close"])
        _ = try await transport.send(HTTPRequest(url: server.url))
        await expectFailure(.connectionReset) {
            try await transport.send(HTTPRequest(method: "POST", url: server.url + "/close", isSentOnce: true))
        }
        #expect(server.log.requests.dropFirst(3).map(\.target) == ["/", "/close"])
    }

    @Test func cancellationClosesTheConnectionAtOnce() async throws {
        let server = try RawHTTPServer { _ in [.hang] }
        let transport = try CurlTransport.toLoopback()
        let task = Task { try await transport.send(HTTPRequest(url: server.url)) }
        await server.wait { $0.requests.count == 1 }
        task.cancel()
        await expectFailure(.cancelled) { try await task.value }
        await server.wait { $0.abandoned == 1 }
    }

    @Test func closingEndsWhatIsUnderWayAndWhatComesLater() async throws {
        let server = try RawHTTPServer { _ in [.hang] }
        let transport = try CurlTransport.toLoopback()
        let task = Task { try await transport.send(HTTPRequest(url: server.url)) }
        await server.wait { $0.requests.count == 1 }
        await transport.close()
        await expectFailure(.cancelled) { try await task.value }
        await expectFailure(.cancelled) { try await transport.send(HTTPRequest(url: server.url)) }
        await transport.close()
    }

    @Test func hundredsOfRequestsWaitSideBySide() async throws {
        let gate = Gate()
        let server = try RawHTTPServer { _ in [.wait(gate), .response(body: [1])] }
        let transport = try CurlTransport.toLoopback()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<300 {
                group.addTask { try await transport.send(HTTPRequest(url: server.url)).body.count }
            }
            await server.wait { $0.requests.count == 300 }
            gate.open()
            let total = try await group.reduce(0, +)
            #expect(total == 300)
        }
    }

    @Test func oneHostCannotTakeAllThePlaces() async throws {
        let gate = Gate()
        let slow = try RawHTTPServer { _ in [.wait(gate), .response()] }
        let quick = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport.toLoopback { $0.maximumRequestsPerHost = 2 }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask { try await transport.send(HTTPRequest(url: slow.url)).status }
            }
            await slow.wait { $0.requests.count == 2 }
            for _ in 0..<3 {
                let response = try await transport.send(HTTPRequest(url: quick.url))
                #expect(response.status == 200)
            }
            #expect(slow.log.requests.count == 2)
            gate.open()
            let total = try await group.reduce(0, +)
            #expect(total == 1200)
        }
        #expect(slow.log.connections == 2)
    }

    @Test func aRequestThatWaitsForItsTurnCanTimeOutAndBeCancelled() async throws {
        let server = try RawHTTPServer { _ in [.hang] }
        let transport = try CurlTransport.toLoopback { $0.maximumRequests = 1 }
        let first = Task { try await transport.send(HTTPRequest(url: server.url)) }
        await server.wait { $0.requests.count == 1 }
        await expectFailure(.timeoutTotal) {
            try await transport.send(HTTPRequest(url: server.url, limits: HTTPLimits(total: .milliseconds(30))))
        }
        let third = Task { try await transport.send(HTTPRequest(url: server.url)) }
        third.cancel()
        await expectFailure(.cancelled) { try await third.value }
        first.cancel()
        await expectFailure(.cancelled) { try await first.value }
        #expect(server.log.requests.count == 1)
    }

    @Test func theUserAgentIsOursUnlessTheRequestNamesOne() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport.toLoopback { $0.userAgent = "Tributary-Test/2" }
        _ = try await transport.send(HTTPRequest(url: server.url))
        _ = try await transport.send(HTTPRequest(url: server.url, headers: [HTTPHeader("user-agent", "mine")]))
        #expect(server.log.requests.map { $0.header("User-Agent") } == ["Tributary-Test/2", "mine"])
    }

    @Test func aPostWithoutABodySaysSo() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport.toLoopback()
        _ = try await transport.send(HTTPRequest(method: "POST", url: server.url))
        let request = try #require(server.log.requests.first)
        #expect(request.method == "POST")
        #expect(request.header("Content-Length") == "0")
    }

    @Test func headGetsHeadersOnly() async throws {
        let server = try RawHTTPServer { _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")] }
        let transport = try CurlTransport.toLoopback()
        let request = HTTPRequest(method: "HEAD", url: server.url, limits: HTTPLimits(bodyBytes: 10))
        for _ in 0..<2 {
            let response = try await transport.send(request)
            #expect(response.header("Content-Length") == "5000000")
            #expect(response.body.isEmpty)
        }
    }

    @Test func interimResponsesFoldedHeadersAndTrailersAreUnderstood() async throws {
        let server = try RawHTTPServer { _ in
            [
                .text("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"),
                .text("HTTP/1.1 200 OK\r\nX-Folded: one\r\n  two\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .text("3\r\nabc\r\n0\r\nX-Trailer: late\r\n\r\n"),
            ]
        }
        let transport = try CurlTransport.toLoopback()
        let response = try await transport.send(HTTPRequest(url: server.url))
        #expect(response.status == 200)
        #expect(response.header("X-Early") == nil)
        #expect(response.header("X-Folded") == "one two")
        #expect(response.header("X-Trailer") == nil)
        #expect(response.body == Array("abc".utf8))
    }

    @Test func largeBodiesOfRequestsArriveWhole() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        let transport = try CurlTransport.toLoopback()
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        _ = try await transport.send(HTTPRequest(method: "PUT", url: server.url, body: body))
        #expect(server.log.requests.first?.body == body)
        #expect(server.log.requests.first?.header("Expect") == nil)
    }
}

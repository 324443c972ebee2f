import Glibc
import HTTPClient
import RawHTTPServer
import Testing

/// A peer may do anything; the transport ends in time, in bounds, and with the right kind of error.
@Suite(.timeLimit(.minutes(5))) struct MisbehavingServerTests {
    private static let ok = "HTTP/1.1 200 OK\r\n"

    @Test(arguments: [
        [RawStep.reset], [.close],
        [.text(ok + "Content-Length: 100\r\n\r\nabc"), .reset], [.text(ok + "Content-Length: 100\r\n\r\nabc"), .close],
        [.text(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc"), .close],
        [.text(ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), .close],
        [.text(ok + "X-Half: a"), .close],
    ])
    func anAnswerThatBreaksOffIsAReset(steps: [RawStep]) async throws {
        await expectFailure(.connectionReset) { try await Self.exchange(steps) }
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "<html></html>\r\n\r\n", "HTTP/1.1 abc Hello\r\n\r\n"])
    func whatIsNotHTTPIsSaidToBeSo(text: String) async throws {
        await expectFailure(.invalidResponse) { try await Self.exchange([.text(text), .close]) }
    }

    @Test func aBodyThatDripsEndsWithTheTotalTimeAndNotWithTheTimeToTheFirstByte() async throws {
        await expectFailure(.timeoutTotal) {
            try await Self.exchange(
                [
                    .text(Self.ok + "Content-Length: 100000\r\n\r\n"),
                    .drip(Self.bytes(100_000), every: .milliseconds(5)),
                ],
                HTTPLimits(firstByte: .seconds(3), total: .seconds(4)))
        }
    }

    @Test func headersThatDripEndWithTheTotalTime() async throws {
        let steps: [RawStep] = [
            .drip(Array((Self.ok + String(repeating: "A: b\r\n", count: 1000)).utf8), every: .milliseconds(1))
        ]
        await expectFailure(.timeoutTotal) { try await Self.exchange(steps, HTTPLimits(total: .milliseconds(120))) }
    }

    @Test(arguments: ["A: b\r\n", "X-Long: \(String(repeating: "x", count: 3000))\r\n"])
    func headersWithoutEndAreRefused(line: String) async throws {
        await expectFailure(.headersTooLarge) { try await Self.exchange([.text(Self.ok), .flood(Array(line.utf8))]) }
    }

    @Test func interimResponsesWithoutEndAreRefused() async throws {
        await expectFailure(.headersTooLarge) {
            try await Self.exchange([.flood(Array("HTTP/1.1 100 Continue\r\nA: b\r\n\r\n".utf8))])
        }
    }

    @Test func aHeaderLineWithoutEndIsRefused() async throws {
        await expectFailure(.headersTooLarge) {
            try await Self.exchange([.text(Self.ok + "X-Endless: "), .flood(Self.bytes(1000))])
        }
    }

    @Test func aBodyWithoutEndIsRefused() async throws {
        let limits = HTTPLimits(bodyBytes: 1 << 20)
        await expectFailure(.bodyTooLarge) {
            try await Self.exchange([.text(Self.ok + "\r\n"), .flood(Self.bytes(10_000))], limits)
        }
        await expectFailure(.bodyTooLarge) {
            try await Self.exchange(
                [.text(Self.ok + "Transfer-Encoding: chunked\r\n\r\n"), .flood(Array("3\r\nabc\r\n".utf8))], limits)
        }
    }

    @Test func anAnnouncedExcessIsRefusedBeforeItComes() async throws {
        let steps: [RawStep] = [.text(Self.ok + "Content-Length: 300000000\r\n\r\n"), .hang]
        await expectFailure(.bodyTooLarge) { try await Self.exchange(steps) }
    }

    @Test func bytesBeyondTheAnnouncedLengthDoNotReachTheNextAnswer() async throws {
        let server = try RawHTTPServer { _ in
            [.text(Self.ok + "Content-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
        }
        let transport = try CurlTransport.toLoopback()
        for _ in 0..<3 {
            #expect(try await transport.send(HTTPRequest(url: server.url)).body == Array("abc".utf8))
        }
    }

    @Test func aClosedPortIsARefusedConnection() async throws {
        let server = try RawHTTPServer { _ in [.close] }
        let url = server.url
        let transport = try CurlTransport.toLoopback()
        await expectFailure(.connectionReset) { try await transport.send(HTTPRequest(url: url)) }
        server.stop()
        await expectFailure(.connectionRefused) { try await transport.send(HTTPRequest(url: url)) }
    }

    @Test func anUnknownNameIsSaidToBeSo() async throws {
        // A label of 64 letters is refused by the resolver itself, without asking any server.
        let name = String(repeating: "a", count: 64)
        let transport = try CurlTransport.toLoopback()
        await expectFailure(.unresolvedHost) { try await transport.send(HTTPRequest(url: "http://\(name).test/")) }
    }

    @Test func aServerThatSpeaksNoTLSFailsTheHandshake() async throws {
        let server = try RawHTTPServer(greeting: [.text("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]) { _ in [] }
        let transport = try CurlTransport.toLoopback()
        await expectFailure(.tls) { try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/")) }
    }

    @Test(arguments: [RawStep.close, .reset])
    func aHandshakeThatBreaksOffIsAReset(step: RawStep) async throws {
        let server = try RawHTTPServer(greeting: [step]) { _ in [] }
        let transport = try CurlTransport.toLoopback()
        await expectFailure(.connectionReset) {
            try await transport.send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
        }
    }

    @Test func aServerThatDoesNotAnswerTheHandshakeTimesOutConnecting() async throws {
        let server = try RawHTTPServer(greeting: [.hang]) { _ in [] }
        let transport = try CurlTransport.toLoopback()
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/", limits: HTTPLimits(connect: .milliseconds(80)))
        await expectFailure(.timeoutConnecting) { try await transport.send(request) }
    }

    private static func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 120, count: count) }

    private static func exchange(_ steps: [RawStep], _ limits: HTTPLimits = HTTPLimits()) async throws -> HTTPResponse {
        let server = try RawHTTPServer { _ in steps }
        let transport = try CurlTransport.toLoopback()
        return try await transport.send(HTTPRequest(url: server.url, limits: limits))
    }
}

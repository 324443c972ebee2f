import HTTPClient
import RawHTTPServer
import Testing

@Suite(.timeLimit(.minutes(5))) struct ContentEncodingTests {
    private static let brotliHello: [UInt8] = [0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03]

    @Test func whatIsCompressedArrivesPlain() async throws {
        let text = Array(String(repeating: "hello ", count: 5000).utf8)
        #expect(try await Self.exchange("gzip", Deflated.gzip(text)).body == text)
        #expect(try await Self.exchange("deflate", Deflated.raw(text)).body == text)
        #expect(try await Self.exchange("br", Self.brotliHello).body == Array("hello".utf8))
    }

    @Test func whatLibcurlCanUnpackIsAskedFor() async throws {
        let server = try RawHTTPServer { _ in [.response()] }
        _ = try await CurlTransport.toLoopback().send(HTTPRequest(url: server.url))
        let accepted = server.log.requests.first?.header("Accept-Encoding") ?? ""
        for name in ["gzip", "deflate", "br"] { #expect(accepted.contains(name)) }
    }

    @Test func aBombIsStoppedWhileItUnpacks() async throws {
        let bomb = Deflated.gzipRun(of: 0, count: 1 << 26)
        #expect(bomb.count < 1 << 20)
        let error = try await #require(throws: HTTPError.self) {
            try await Self.exchange("gzip", bomb, HTTPLimits(bodyBytes: 1 << 20))
        }
        #expect(error.kind == .bodyTooLarge)
    }

    @Test func aBodyThatIsNotWhatItSaysIsRefused() async throws {
        await expectFailure(.badContentEncoding) { try await Self.exchange("gzip", Array("plain text, not gzip".utf8)) }
        await expectFailure(.badContentEncoding) { try await Self.exchange("br", [0xff, 0xff, 0xff, 0xff, 0xff]) }
        await expectFailure(.badContentEncoding) { try await Self.exchange("unheard-of", [1, 2, 3]) }
    }

    private static func exchange(
        _ encoding: String, _ body: [UInt8], _ limits: HTTPLimits = HTTPLimits()
    ) async throws -> HTTPResponse {
        let server = try RawHTTPServer { _ in [.response(200, [("Content-Encoding", encoding)], body: body)] }
        return try await CurlTransport.toLoopback().send(HTTPRequest(url: server.url, limits: limits))
    }
}

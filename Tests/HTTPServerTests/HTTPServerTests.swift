import HTTPServer
import Testing

/// Runs `body` against a server and stops the server afterwards.
func withServer(
    _ configuration: HTTPServer.Configuration = .init(),
    report: @escaping @Sendable (HTTPServerFault) -> Void = { _ in },
    handler: @escaping Router.Handler, _ body: (HTTPServer) async throws -> Void
) async throws {
    let server = try HTTPServer(configuration, report: report, handler: handler)
    do {
        try await body(server)
    } catch {
        await server.stop(grace: .zero)
        throw error
    }
    await server.stop(grace: .zero)
}

/// Sends one request on a connection of its own.
func ask(_ server: HTTPServer, _ request: String) async throws -> Answer {
    let client = try RawClient(port: server.port)
    try client.send(request)
    return try await client.readToEnd()
}

@Suite struct HTTPServerTests {
    @Test func aHandlerIsGivenTheWholeRequestAndItsResponseIsSent() async throws {
        try await withServer { request in
            Response(
                status: 201, headers: [HeaderField("X-Echo", request.header("x-question") ?? "")],
                body: .bytes(
                    Array("\(request.method) \(request.path) \(request.queryValue("q") ?? "-") ".utf8) + request.body))
        } _: { server in
            let answer = try await ask(
                server,
                "POST /a/b%2Fc?q=one+two%2B3&r HTTP/1.1\r\nHost: x\r\nX-Question: why\r\nContent-Length: 5\r\n"
                    + "Connection: close\r\n\r\nhello")
            #expect(answer.status == 201)
            #expect(answer.header("x-echo") == "why")
            #expect(answer.text == "POST /a/b/c one two+3 hello")
        }
    }

    @Test func anEncodedSlashSeparatesNoSegments() async throws {
        try await withServer {
            .text("\($0.segments)")
        } _: { server in
            let answer = try await ask(server, "GET /a/b%2Fc/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.text == #"["a", "b/c", ""]"#)
        }
    }

    @Test(arguments: ["/a%00b", "/a%zz", "/a%", "/%ff", "/a?b=%00", "/a?%fe=1"])
    func whatIsNotValidPercentEncodingIsRefused(path: String) async throws {
        try await withServer { _ in
            .text("reached")
        } _: { server in
            let answer = try await ask(server, "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 400)
            #expect(answer.header("content-type") == "application/problem+json")
        }
    }

    @Test func aChunkedBodyArrivesWhole() async throws {
        try await withServer {
            .text("\($0.body.count)")
        } _: { server in
            let answer = try await ask(
                server,
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            #expect(answer.text == "11")
        }
    }

    @Test func severalRequestsShareAConnection() async throws {
        try await withServer {
            .text($0.path)
        } _: { server in
            let client = try RawClient(port: server.port)
            for path in ["/one", "/two", "/three"] {
                try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await client.readOne().text == path)
            }
        }
    }

    @Test func anErrorIsAnsweredWithoutItsTextAndReported() async throws {
        struct Secret: Error, CustomStringConvertible { var description: String { "password=hunter2" } }
        let notes = Notes()
        try await withServer(report: { fault in
            if case .handler(_, let path, let error) = fault { notes.add("\(path) \(error)") }
        }) { _ in
            throw Secret()
        } _: { server in
            let answer = try await ask(server, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 500)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(!answer.text.contains("hunter2"))
            #expect(notes.all == ["/x password=hunter2"])
        }
    }

    @Test func aThrownProblemIsTheAnswer() async throws {
        try await withServer { _ in
            throw Problem(409, detail: "It is running.", code: "run-live", headers: [HeaderField("Retry-After", "3")])
        } _: { server in
            let answer = try await ask(server, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 409)
            #expect(answer.header("retry-after") == "3")
            #expect(
                answer.text
                    == #"{"detail":"It is running.","status":409,"title":"Conflict","type":"urn:tributary:problem:run-live"}"#
            )
        }
    }

    @Test func aResponseHeaderThatWouldSplitTheResponseBecomesA500() async throws {
        try await withServer { _ in
            Response(headers: [HeaderField("X", "a\r\nSet-Cookie: b")])
        } _: { server in
            let answer = try await ask(server, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 500)
            #expect(answer.header("set-cookie") == nil)
        }
    }

    @Test func aHeadRequestGetsTheHeadersOnly() async throws {
        var router = Router()
        router.get("/x") { _ in .text("twelve bytes") }
        try await withServer(handler: router.handle) { server in
            let answer = try await ask(server, "HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.header("content-length") == "12")
            #expect(answer.body.isEmpty)
        }
    }

    @Test func aPortThatIsTakenIsNamedInTheError() async throws {
        try await withServer { _ in
            .text("")
        } _: { server in
            let error = #expect(throws: HTTPServerError.self) {
                _ = try HTTPServer(.init(port: server.port)) { _ in .text("") }
            }
            #expect(error?.description.contains("port \(server.port)") == true)
        }
    }
}

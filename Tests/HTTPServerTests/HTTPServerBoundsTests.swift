import HTTPServer
import Testing

@Suite struct HTTPServerBoundsTests {
    private let problem = "application/problem+json"

    @Test func aBodyAnnouncedTooLargeIsRefusedBeforeItIsSent() async throws {
        let reached = Tally()
        try await withServer(.init(bodyBytes: 10)) { _ in
            reached.add()
            return .text("")
        } _: { server in
            let answer = try await ask(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
            #expect(answer.status == 413)
            #expect(answer.header("content-type") == problem)
            #expect(answer.header("connection")?.lowercased() == "close")
            #expect(reached.count == 0)
        }
    }

    @Test func aChunkedBodyThatGrowsTooLargeIsRefused() async throws {
        let reached = Tally()
        try await withServer(.init(bodyBytes: 10)) { _ in
            reached.add()
            return .text("")
        } _: { server in
            let answer = try await ask(
                server,
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n"
            )
            #expect(answer.status == 413)
            #expect(answer.header("content-type") == problem)
            #expect(reached.count == 0)
        }
    }

    @Test func aBodyOfExactlyTheBoundIsTaken() async throws {
        try await withServer(.init(bodyBytes: 10)) {
            .text("\($0.body.count)")
        } _: { server in
            let answer = try await ask(
                server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789")
            #expect(answer.text == "10")
        }
    }

    @Test func headersOverTheBoundAreRefusedAsAProblem() async throws {
        try await withServer(.init(headerBytes: 1000)) { _ in
            .text("")
        } _: { server in
            let padding = String(repeating: "a", count: 1000)
            let answer = try await ask(server, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: \(padding)\r\n\r\n")
            #expect(answer.status == 431)
            #expect(answer.header("content-type") == problem)
        }
    }

    @Test func headersFarOverTheBoundAreRefusedToo() async throws {
        try await withServer(.init(headerBytes: 1000)) { _ in
            .text("")
        } _: { server in
            let padding = String(repeating: "a", count: 60_000)
            let answer = try await ask(server, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: \(padding)\r\n\r\n")
            #expect(answer.status == 431)
        }
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: 3\r\nContent-Length: 4", "Transfer-Encoding: gzip", "Content-Length: -1",
        "Content-Length: +3", "Content-Length: 99999999999999999999999",
    ])
    func anAmbiguousLengthIsRefused(headers: String) async throws {
        let reached = Tally()
        try await withServer { _ in
            reached.add()
            return .text("")
        } _: { server in
            let answer = try await ask(server, "POST / HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n0\r\n\r\n")
            #expect((400...413).contains(answer.status))
            #expect(reached.count == 0)
        }
    }

    @Test func aHandlerThatTakesTooLongIsCancelledAndTheClientTold() async throws {
        let cancelled = Tally()
        let notes = Notes()
        try await withServer(
            .init(handling: .milliseconds(50)),
            report: { fault in if case .timeout(_, let path) = fault { notes.add(path) } }
        ) { _ in
            await withTaskCancellationHandler {
                while !Task.isCancelled { await Task.yield() }
            } onCancel: {
                cancelled.add()
            }
            return .text("late")
        } _: { server in
            let answer = try await ask(server, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") != nil)
            await cancelled.reached(1)
            #expect(notes.all == ["/slow"])
        }
    }

    @Test func aClientThatNeverEndsItsBodyIsCutOff() async throws {
        try await withServer(.init(receiving: .milliseconds(100))) { _ in
            .text("")
        } _: { server in
            let client = try RawClient(port: server.port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            #expect(try await client.readToEnd().body.isEmpty)
        }
    }

    @Test func aClientThatNeverEndsItsHeadersIsCutOff() async throws {
        try await withServer(.init(idle: .milliseconds(100), receiving: .milliseconds(100))) { _ in
            .text("")
        } _: { server in
            let client = try RawClient(port: server.port)
            try client.send("GET / HTTP/1.1\r\nHost: x\r\nX-")
            #expect(try await client.readToEnd().body.isEmpty)
        }
    }

    @Test func connectionsOverTheBoundWaitUntilOneIsFree() async throws {
        let third = Tally()
        try await withServer(.init(connections: 2)) { request in
            if request.path == "/third" { third.add() }
            return .text(request.path)
        } _: { server in
            var first: RawClient? = try RawClient(port: server.port)
            let second = try RawClient(port: server.port)
            try first?.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await first?.readOne().text == "/first")
            let waiting = try RawClient(port: server.port)
            try waiting.send("GET /third HTTP/1.1\r\nHost: x\r\n\r\n")
            for _ in 0..<5 {
                try second.send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await second.readOne().text == "/second")
            }
            #expect(third.count == 0)
            first = nil
            #expect(try await waiting.readOne().text == "/third")
        }
    }
}

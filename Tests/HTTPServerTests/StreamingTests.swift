import HTTPServer
import Testing

@Suite struct StreamingTests {
    private let get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    @Test func aStreamArrivesWholeAndInOrder() async throws {
        try await withServer { _ in
            let chunks = AsyncStream<[UInt8]> { continuation in
                for number in 0..<2000 {
                    continuation.yield([UInt8](repeating: UInt8(number % 251), count: 1 + number % 5000))
                }
                continuation.finish()
            }
            return .stream(chunks, contentType: "application/octet-stream")
        } _: { server in
            let answer = try await ask(server, get)
            #expect(answer.header("content-type") == "application/octet-stream")
            let expected = (0..<2000).flatMap { [UInt8](repeating: UInt8($0 % 251), count: 1 + $0 % 5000) }
            #expect(answer.dechunked == expected)
        }
    }

    @Test func anEmptyStreamIsAWholeResponse() async throws {
        try await withServer { _ in
            Response(body: .stream { _ in })
        } _: { server in
            let answer = try await ask(server, get)
            #expect(answer.status == 200)
            #expect(answer.dechunked == [])
        }
    }

    @Test func aSlowProducerSuspendsTheConnectionAndLosesNothing() async throws {
        let gate = Tally()
        try await withServer { _ in
            Response(
                body: .stream { writer in
                    for number in 1...20 {
                        await gate.reached(number)
                        try await writer.write(Array("\(number) ".utf8))
                    }
                })
        } _: { server in
            let client = try RawClient(port: server.port)
            try client.send(get)
            async let answer = client.readToEnd()
            for _ in 0..<20 {
                await Task.yield()
                gate.add()
            }
            #expect(try await answer.dechunked == Array((1...20).map { "\($0) " }.joined().utf8))
        }
    }

    @Test func aProducerWaitsForAClientThatDoesNotRead() async throws {
        let written = Tally()
        let ended = Tally()
        try await withServer { _ in
            Response(
                body: .stream { writer in
                    defer { ended.add() }
                    let chunk = [UInt8](repeating: 1, count: 1 << 20)
                    for _ in 0..<200 {
                        try await writer.write(chunk)
                        written.add()
                    }
                })
        } _: { server in
            do {
                let client = try RawClient(port: server.port)
                try client.send(get)
                _ = try await client.read(atLeast: 1 << 20)
                // 200 MB cannot be in the sockets' buffers: the producer must be waiting.
                #expect(written.count < 100)
                #expect(ended.count == 0)
            }
            // The client has gone: the producer is told.
            await ended.reached(1)
            #expect(written.count < 200)
        }
    }

    @Test func aStreamThatFailsIsNotMistakenForAWholeOne() async throws {
        struct Broken: Error {}
        try await withServer { _ in
            Response(
                body: .stream { writer in
                    try await writer.write(Array("half".utf8))
                    throw Broken()
                })
        } _: { server in
            let answer = try await ask(server, get)
            #expect(answer.dechunked == nil)
        }
    }

    @Test func stoppingBreaksOffAStreamThatDoesNotEnd() async throws {
        let (reached, ended) = (Tally(), Tally())
        let server = try HTTPServer(.init()) { _ in
            Response(
                body: .stream { writer in
                    defer { ended.add() }
                    try await writer.write(Array("begin".utf8))
                    reached.add()
                    try await Task.sleep(for: .seconds(3600))
                })
        }
        let client = try RawClient(port: server.port)
        try client.send(get)
        await reached.reached(1)
        await server.stop(grace: .milliseconds(20))
        await ended.reached(1)
        #expect(try await client.readToEnd().dechunked == nil)
    }
}

import HTTPServer
import Testing

@Suite struct HTTPServerStopTests {
    @Test func requestsInFlightAreAnsweredWholeBeforeTheEnd() async throws {
        let (reached, gate) = (Tally(), Tally())
        let body = String(repeating: "x", count: 100_000)
        let server = try HTTPServer(.init()) { _ in
            reached.add()
            await gate.reached(1)
            return .text(body)
        }
        let clients = try (0..<50).map { _ in try RawClient(port: server.port) }
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        await reached.reached(50)
        async let stopped: Void = server.stop(grace: .seconds(30))
        gate.add()
        for client in clients {
            let answer = try await client.readToEnd()
            #expect(answer.status == 200)
            #expect(answer.body.count == 100_000)
            #expect(answer.header("connection")?.lowercased() == "close")
        }
        await stopped
    }

    @Test func aServerThatDrainsTakesNoNewConnections() async throws {
        let (reached, gate) = (Tally(), Tally())
        let server = try HTTPServer(.init()) { _ in
            reached.add()
            await gate.reached(1)
            return .text("whole")
        }
        let client = try RawClient(port: server.port)
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reached.reached(1)
        async let stopped: Void = server.stop(grace: .seconds(30))
        // Listening ends while the request is in flight; a connection made before that is never answered.
        var refused = false
        while !refused {
            do { _ = try RawClient(port: server.port) } catch { refused = true }
            await Task.yield()
        }
        #expect(gate.count == 0)
        gate.add()
        #expect(try await client.readToEnd().text == "whole")
        await stopped
    }

    @Test func aHandlerThatDoesNotEndIsCancelledAfterTheGrace() async throws {
        let (reached, cancelled) = (Tally(), Tally())
        let server = try HTTPServer(.init()) { _ in
            reached.add()
            try? await Task.sleep(for: .seconds(3600))
            cancelled.add()
            return .text("late")
        }
        let client = try RawClient(port: server.port)
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reached.reached(1)
        await server.stop(grace: .milliseconds(20))
        #expect(try await client.readToEnd().status == 503)
        await cancelled.reached(1)
    }

    @Test func stoppingTwiceDoesNothingMore() async throws {
        let server = try HTTPServer(.init()) { _ in .text("") }
        await server.stop(grace: .zero)
        await server.stop(grace: .zero)
        #expect(throws: RawClient.Failure.self) { _ = try RawClient(port: server.port) }
    }

    @Test func idleConnectionsDoNotDelayTheStop() async throws {
        let server = try HTTPServer(.init()) { .text($0.path) }
        let client = try RawClient(port: server.port)
        try client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await client.readOne().text == "/a")
        await server.stop(grace: .seconds(3600))
        #expect(try await client.readToEnd().body.isEmpty)
    }
}

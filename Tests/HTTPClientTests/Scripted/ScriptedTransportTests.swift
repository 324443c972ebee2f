import HTTPClient
import Testing

@Suite struct ScriptedTransportTests {
    private static func line(_ path: String, _ status: Int) -> ScriptedExchange {
        ScriptedExchange(RequestExpectation(method: "GET", url: path), .response(HTTPResponse(status: status)))
    }

    @Test func anOrderedScriptIsReadFromTopToBottom() async throws {
        let transport = ScriptedTransport([Self.line("/a", 201), Self.line("/b", 202)])
        #expect(try await transport.send(HTTPRequest(url: "http://a.test/a")).status == 201)
        #expect(transport.remaining.count == 1)
        #expect(try await transport.send(HTTPRequest(url: "http://a.test/b")).status == 202)
        #expect(transport.remaining.isEmpty)
        #expect(transport.unexpected.isEmpty)
        #expect(transport.requests.map(\.url) == ["http://a.test/a", "http://a.test/b"])
    }

    @Test func anOrderedScriptDoesNotSkipLines() async throws {
        let transport = ScriptedTransport([Self.line("/a", 201), Self.line("/b", 202)])
        await expectFailure(.other) { try await transport.send(HTTPRequest(url: "http://a.test/b")) }
        #expect(transport.unexpected == ["unexpected request 1 (GET /b): URL /b instead of /a"])
        #expect(transport.remaining.count == 2)
    }

    @Test func aMatchedScriptIsUsedInAnyOrderAndOnce() async throws {
        let transport = ScriptedTransport(
            [Self.line("/a", 201), Self.line("/b", 202), Self.line("/b", 203)], order: .matched)
        #expect(try await transport.send(HTTPRequest(url: "http://a.test/b")).status == 202)
        #expect(try await transport.send(HTTPRequest(url: "http://a.test/b")).status == 203)
        #expect(try await transport.send(HTTPRequest(url: "http://a.test/a")).status == 201)
        await expectFailure(.other) { try await transport.send(HTTPRequest(url: "http://a.test/a")) }
        #expect(transport.unexpected == ["unexpected request 4 (GET /a): the script has ended"])
    }

    @Test func everyPointOfAnExpectationIsChecked() async throws {
        let expectation = RequestExpectation(
            method: "POST", url: "http://a.test/x", headers: [HTTPHeader("authorization", "right")],
            absentHeaders: ["cookie"], body: [1])
        let good = HTTPRequest(
            method: "POST", url: "http://a.test/x", headers: [HTTPHeader("Authorization", "right")], body: [1])
        var bad: [HTTPRequest] = []
        for change: (inout HTTPRequest) -> Void in [
            { $0.method = "PUT" }, { $0.url = "http://b.test/x" }, { $0.headers = [] },
            { $0.headers[0].value = "wrong-secret" }, { $0.headers.append(HTTPHeader("Cookie", "c")) },
            { $0.body = [2] },
        ] {
            var request = good
            change(&request)
            bad.append(request)
        }
        for request in bad {
            let transport = ScriptedTransport([ScriptedExchange(expectation, .response(HTTPResponse(status: 200)))])
            await expectFailure(.other, "\(request)") { try await transport.send(request) }
            #expect(transport.unexpected.count == 1)
            #expect(transport.unexpected.allSatisfy { !$0.contains("secret") && !$0.contains("right") })
            #expect(try await transport.send(good).status == 200)
        }
    }

    @Test func aScriptCanFail() async throws {
        let transport = ScriptedTransport([
            ScriptedExchange(RequestExpectation(), .failure(HTTPError(.connectionReset, "a.test: reset")))
        ])
        await expectFailure(.connectionReset) { try await transport.send(HTTPRequest(url: "http://a.test/")) }
    }
}

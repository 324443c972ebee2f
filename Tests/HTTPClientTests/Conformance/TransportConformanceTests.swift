import HTTPClient
import Testing

/// What every transport promises. Each test runs against all implementations.
@Suite(.timeLimit(.minutes(5))) struct TransportConformanceTests {
    typealias Implementation = TransportStage.Implementation

    @Test(arguments: Implementation.allCases, [200, 204, 304, 400, 401, 429, 500, 503])
    func everyStatusIsAResponse(_ implementation: Implementation, status: Int) async throws {
        let stage = try TransportStage(implementation, ["/": .response(status)])
        let response = try await stage.transport.send(HTTPRequest(url: stage.home))
        #expect(response.status == status)
        #expect(response.url == stage.home + "/")
    }

    @Test(arguments: Implementation.allCases)
    func headersKeepTheirOrderAndAreFoundInAnyCase(_ implementation: Implementation) async throws {
        let headers = [HTTPHeader("X-Many", "1"), HTTPHeader("x-other", "ö"), HTTPHeader("X-MANY", "2")]
        let stage = try TransportStage(implementation, ["/": .response(200, headers)])
        let response = try await stage.transport.send(HTTPRequest(url: stage.home))
        #expect(response.headers.filter { $0.name.lowercased().hasPrefix("x-") } == headers)
        #expect(response.header("x-MANY") == "1")
        #expect(response.headers(named: "x-many") == ["1", "2"])
        #expect(response.header("X-Other") == "ö")
        #expect(response.header("X-Man") == nil)
    }

    @Test(arguments: Implementation.allCases, [0, 1, 63, 64, 4096, 100_000])
    func bodiesHaveRoomBehindThem(_ implementation: Implementation, size: Int) async throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let stage = try TransportStage(implementation, ["/": .response(200, [], body)])
        let response = try await stage.transport.send(HTTPRequest(url: stage.home))
        #expect(response.body == body)
        #expect(response.body.capacity - response.body.count >= HTTPResponse.bodyPadding)
    }

    @Test(arguments: Implementation.allCases, ["POST", "PUT", "PATCH", "DELETE"])
    func requestsArriveAsTheyAre(_ implementation: Implementation, method: String) async throws {
        let stage = try TransportStage(implementation, ["/a%20b?c=%2F&d": .response(200)])
        let headers = [HTTPHeader("Authorization", "Bearer t"), HTTPHeader("X-Empty", ""), HTTPHeader("X-Ö", "x")]
            .dropLast()
        _ = try await stage.transport.send(
            HTTPRequest(
                method: method, url: stage.home + "/a%20b?c=%2F&d#part", headers: Array(headers), body: [0, 1, 255]))
        let seen = try #require(stage.seen.first)
        #expect(seen.method == method)
        #expect(seen.target == "/a%20b?c=%2F&d")
        #expect(seen.header("authorization") == "Bearer t")
        #expect(seen.header("x-empty") == "")
        #expect(seen.header("content-type") == nil)
        #expect(seen.body == [0, 1, 255])
    }

    @Test(arguments: Implementation.allCases)
    func limitsEndASilentExchange(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": .silence])
        var request = HTTPRequest(url: stage.home, limits: HTTPLimits(firstByte: .milliseconds(50)))
        await expectFailure(.timeoutFirstByte) { try await stage.transport.send(request) }
        request.limits = HTTPLimits(total: .milliseconds(50))
        await expectFailure(.timeoutTotal) { try await stage.transport.send(request) }
    }

    @Test(arguments: Implementation.allCases)
    func aBodyOverTheLimitIsRefusedAndOneAtTheLimitIsNot(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": .response(200, [], [1, 2, 3])])
        var request = HTTPRequest(url: stage.home, limits: HTTPLimits(bodyBytes: 2))
        await expectFailure(.bodyTooLarge) { try await stage.transport.send(request) }
        request.limits.bodyBytes = 3
        #expect(try await stage.transport.send(request).body == [1, 2, 3])
    }

    @Test(arguments: Implementation.allCases)
    func headersOverTheLimitAreRefused(_ implementation: Implementation) async throws {
        let long = HTTPHeader("X-Long", String(repeating: "x", count: 2000))
        let stage = try TransportStage(implementation, ["/": .response(200, [long])])
        var request = HTTPRequest(url: stage.home, limits: HTTPLimits(headerBytes: 1999))
        await expectFailure(.headersTooLarge) { try await stage.transport.send(request) }
        request.limits.headerBytes = 3000
        #expect(try await stage.transport.send(request).header("x-long") == long.value)
    }

    @Test(arguments: Implementation.allCases)
    func cancellationEndsTheExchange(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": .silence])
        let task = Task { try await stage.transport.send(HTTPRequest(url: stage.home)) }
        while stage.seen.isEmpty { await Task.yield() }
        task.cancel()
        await expectFailure(.cancelled) { try await task.value }
    }

    @Test(arguments: Implementation.allCases)
    func aCancelledTaskSendsNothing(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": .response(200)])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await stage.transport.send(HTTPRequest(url: stage.home))
        }
        await expectFailure(.cancelled) { try await task.value }
        #expect(stage.seen.isEmpty)
    }

    @Test(arguments: Implementation.allCases)
    func whatCannotBeSentIsRefused(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": .response(200)])
        let good = stage.home
        let requests = [
            HTTPRequest(url: ""), HTTPRequest(url: "/path"), HTTPRequest(url: "ftp://a.test/"),
            HTTPRequest(url: "file:///etc/passwd"), HTTPRequest(url: "http://"), HTTPRequest(url: "http://u:p@a.test/"),
            HTTPRequest(url: "http://a.test/\r\nX: y"), HTTPRequest(url: "http://a.test/\0"),
            HTTPRequest(url: "http://a b.test/"), HTTPRequest(url: "http://a.test:99999/"),
            HTTPRequest(method: "", url: good), HTTPRequest(method: "GET /x", url: good),
            HTTPRequest(method: "get", url: good), HTTPRequest(method: "CONNECT", url: good),
            HTTPRequest(url: good, body: [1]),
            HTTPRequest(url: good, headers: [HTTPHeader("", "x")]),
            HTTPRequest(url: good, headers: [HTTPHeader("A b", "x")]),
            HTTPRequest(url: good, headers: [HTTPHeader("A", "x\r\nB: y")]),
            HTTPRequest(url: good, headers: [HTTPHeader("A", "x\0y")]),
            HTTPRequest(url: good, headers: [HTTPHeader("content-length", "7")]),
            HTTPRequest(url: good, headers: [HTTPHeader("Host", "other.test")]),
            HTTPRequest(url: good, headers: [HTTPHeader("Transfer-Encoding", "chunked")]),
            HTTPRequest(url: good, limits: HTTPLimits(total: .zero)),
            HTTPRequest(url: good, limits: HTTPLimits(bodyBytes: -1)),
        ]
        for request in requests {
            await expectFailure(.invalidRequest, "\(request)") {
                try await stage.transport.send(request)
            }
        }
        #expect(stage.seen.isEmpty)
    }

    @Test(arguments: Implementation.allCases)
    func errorsNameTheHostAndNothingElseOfTheRequest(_ implementation: Implementation) async throws {
        let stage = try TransportStage(
            implementation,
            [
                "/sesame?key=sesame": .response(302, [HTTPHeader("Location", "/sesame?key=sesame")]),
                "/sesame": .response(200, [HTTPHeader("X", "sesame")], Array("sesame".utf8)),
                "/silent-sesame": .silence,
            ])
        let secret = [HTTPHeader("Authorization", "sesame")]
        let requests = [
            HTTPRequest(url: stage.home + "/sesame?key=sesame", headers: secret),
            HTTPRequest(url: stage.home + "/sesame", headers: secret, limits: HTTPLimits(bodyBytes: 1)),
            HTTPRequest(
                method: "POST", url: stage.home + "/silent-sesame", headers: secret, body: Array("sesame".utf8),
                limits: HTTPLimits(firstByte: .milliseconds(20))),
            HTTPRequest(url: stage.home + "/sesame", headers: secret + [HTTPHeader("A", "sesame\n")]),
        ]
        let host = try HTTPURL(stage.home).host
        for request in requests {
            let error = try await #require(throws: HTTPError.self) { try await stage.transport.send(request) }
            #expect(error.description.contains(host))
            #expect(!error.description.contains("sesame"))
        }
    }
}

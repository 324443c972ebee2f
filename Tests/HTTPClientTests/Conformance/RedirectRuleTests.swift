import HTTPClient
import Synchronization
import Testing

/// Steps that the loopback servers cannot show, because they speak no TLS.
@Suite struct RedirectRuleTests {
    private static func next(_ from: String, _ location: String, status: Int = 302) throws -> HTTPRequest? {
        let request = HTTPRequest(url: from, headers: [HTTPHeader("Authorization", "secret")])
        let response = HTTPResponse(status: status, headers: [HTTPHeader("Location", location)])
        return try RedirectRule.next(after: response, to: request, at: HTTPURL(from))
    }

    @Test func theStepToHTTPSOfTheSameHostKeepsCredentials() throws {
        let next = try #require(try Self.next("http://a.test/x", "https://a.test/x"))
        #expect(next.url == "https://a.test/x")
        #expect(next.headers.count == 1)
    }

    @Test(arguments: [
        ("https://a.test/", "https://b.test/"), ("https://a.test/", "https://a.test:8443/"),
        ("https://a.test/", "https://a.test.evil.test/"), ("https://a.test/", "https://sub.a.test/"),
        ("http://a.test/", "https://b.test/"), ("http://a.test:8080/", "https://a.test/"),
        ("http://a.test/", "https://a.test:8443/"), ("https://a.test/", "//b.test/"),
        ("https://a.test/", "https://a.test@b.test/"),
    ])
    func anotherOriginGetsNoCredentials(from: String, location: String) throws {
        let next = try #require(try Self.next(from, location))
        #expect(next.headers.isEmpty)
    }

    @Test(arguments: [
        ("https://a.test/", "https://A.TEST:443/x"), ("http://a.test/", "http://a.test:80/x"),
        ("https://a.test/", "/x"),
    ])
    func theSameOriginInOtherWordsKeepsThem(from: String, location: String) throws {
        let next = try #require(try Self.next(from, location))
        #expect(next.headers.count == 1)
    }

    @Test func nothingGoesFromHTTPSToHTTP() throws {
        let error = try #require(throws: HTTPError.self) { try Self.next("https://a.test/", "http://a.test/") }
        #expect(error.kind == .refusedRedirect)
    }

    @Test(arguments: [200, 300, 304, 305, 306, 400])
    func otherStatusesAreNotFollowed(status: Int) throws {
        #expect(try Self.next("https://a.test/", "/x", status: status) == nil)
    }

    @Test func oneTotalTimeCoversAllHops() async throws {
        let totals = Mutex<[Duration]>([])
        let request = HTTPRequest(url: "http://a.test/", limits: HTTPLimits(total: .seconds(50), redirects: 3))
        await expectFailure(.tooManyRedirects) {
            try await RedirectFollower.send(request) { (request, _) throws(HTTPError) in
                totals.withLock { $0.append(request.limits.total) }
                return HTTPResponse(status: 302, headers: [HTTPHeader("Location", "/")])
            }
        }
        let seen = totals.withLock { $0 }
        #expect(seen.first == .seconds(50))
        #expect(seen.count == 4)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test func noHopStartsAfterTheTotalTime() async throws {
        let request = HTTPRequest(url: "http://a.test/", limits: HTTPLimits(total: .nanoseconds(1)))
        await expectFailure(.timeoutTotal) {
            try await RedirectFollower.send(request) { (_, _) throws(HTTPError) in
                HTTPResponse(status: 302, headers: [HTTPHeader("Location", "/")])
            }
        }
    }
}

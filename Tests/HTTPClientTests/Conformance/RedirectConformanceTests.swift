import HTTPClient
import Testing

/// What every transport promises about redirects.
@Suite(.timeLimit(.minutes(5))) struct RedirectConformanceTests {
    typealias Implementation = TransportStage.Implementation

    private static func redirect(_ status: Int, _ location: String) -> TransportStage.Answer {
        .response(status, [HTTPHeader("location", location)])
    }

    @Test(arguments: Implementation.allCases, [301, 302, 303, 307, 308])
    func theLastResponseCountsAndSaysWhereItIsFrom(_ implementation: Implementation, status: Int) async throws {
        let stage = try TransportStage(
            implementation,
            ["/a/b?x": Self.redirect(status, "../c d?y=1#z"), "/c%20d?y=1": .response(200, [], [7])])
        let response = try await stage.transport.send(HTTPRequest(url: stage.home + "/a/b?x"))
        #expect(response.status == 200)
        #expect(response.body == [7])
        #expect(response.url == stage.home + "/c%20d?y=1")
    }

    @Test(arguments: Implementation.allCases, [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
    func aPostBecomesAGetOrStaysWhole(_ implementation: Implementation, expected: (Int, String)) async throws {
        let stage = try TransportStage(
            implementation, ["/from": Self.redirect(expected.0, "/to"), "/to": .response(200)])
        _ = try await stage.transport.send(
            HTTPRequest(
                method: "POST", url: stage.home + "/from", headers: [HTTPHeader("Content-Type", "text/plain")],
                body: [1]))
        let last = try #require(stage.seen.last)
        #expect(stage.seen.count == 2)
        #expect(last.method == expected.1)
        #expect(last.body == (expected.1 == "POST" ? [1] : []))
        #expect(last.header("Content-Type") == (expected.1 == "POST" ? "text/plain" : nil))
    }

    @Test(arguments: Implementation.allCases, [(301, "PUT"), (302, "DELETE"), (303, "GET")])
    func otherMethodsStayExceptAfterSeeOther(_ implementation: Implementation, expected: (Int, String)) async throws {
        let stage = try TransportStage(
            implementation, ["/from": Self.redirect(expected.0, "/to"), "/to": .response(200)])
        let method = expected.0 == 302 ? "DELETE" : "PUT"
        _ = try await stage.transport.send(HTTPRequest(method: method, url: stage.home + "/from"))
        #expect(stage.seen.map(\.method) == [method, expected.1])
    }

    @Test(arguments: Implementation.allCases)
    func credentialsStayWithTheirHost(_ implementation: Implementation) async throws {
        let stage = try TransportStage(
            implementation,
            [
                "/1": Self.redirect(302, "/2"), "/2": Self.redirect(302, "{elsewhere}/3"),
                "/3": Self.redirect(302, "{home}/4"), "/4": .response(200),
            ])
        let secrets = ["Authorization", "Cookie", "X-Api-Key", "Stripe-Account", "Api-Token"]
        _ = try await stage.transport.send(
            HTTPRequest(
                url: stage.home + "/1",
                headers: secrets.map { HTTPHeader($0, "secret") } + [HTTPHeader("Accept", "application/json")]))
        let seen = stage.seen
        #expect(seen.map(\.target) == ["/1", "/2", "/3", "/4"])
        #expect(seen.map(\.isElsewhere) == [false, false, true, false])
        for request in seen { #expect(request.header("accept") == "application/json") }
        for name in secrets {
            #expect(seen.map { $0.header(name) } == ["secret", "secret", nil, nil], "\(name)")
        }
    }

    @Test(arguments: Implementation.allCases)
    func aBodyStaysWithItsHost(_ implementation: Implementation) async throws {
        let stage = try TransportStage(
            implementation, ["/from": Self.redirect(307, "{elsewhere}/to"), "/to": .response(200)])
        let request = HTTPRequest(method: "POST", url: stage.home + "/from", body: [1])
        await expectFailure(.refusedRedirect) { try await stage.transport.send(request) }
        #expect(stage.seen.count == 1)
    }

    @Test(arguments: Implementation.allCases, ["file:///etc/passwd", "ftp://a.test/", "//", "http://", "http://a:b:c"])
    func redirectsLeadOnlyToHTTP(_ implementation: Implementation, location: String) async throws {
        let stage = try TransportStage(implementation, ["/": Self.redirect(302, location)])
        await expectFailure(.refusedRedirect) {
            try await stage.transport.send(HTTPRequest(url: stage.home))
        }
        #expect(stage.seen.count == 1)
    }

    @Test(arguments: Implementation.allCases)
    func aLoopEndsAtTheLimit(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": Self.redirect(302, "/")])
        let request = HTTPRequest(url: stage.home, limits: HTTPLimits(redirects: 3))
        await expectFailure(.tooManyRedirects) { try await stage.transport.send(request) }
        #expect(stage.seen.count == 4)
    }

    @Test(arguments: Implementation.allCases)
    func withoutRedirectsAllowedTheRedirectIsTheResponse(_ implementation: Implementation) async throws {
        let stage = try TransportStage(implementation, ["/": Self.redirect(302, "/next")])
        let response = try await stage.transport.send(
            HTTPRequest(url: stage.home, limits: HTTPLimits(redirects: 0)))
        #expect(response.status == 302)
        #expect(response.header("Location") == "/next")
    }
}

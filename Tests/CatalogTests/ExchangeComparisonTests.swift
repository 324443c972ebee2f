import Catalog
import Exchanges
import Testing

/// The players of exchange files would be worth nothing if they let a wrong request pass.
@Suite("A request that is not as an exchange file writes it")
struct ExchangeComparisonTests {
    private func differences(_ request: String, url: String, headers: [(String, String)] = [], body: String? = nil)
        throws -> [String]
    {
        let script = try ExchangeScript(
            """
            object: things
            run: { kind: initial, until: "2026-01-31T12:00:00Z" }
            exchanges:
              - request: \(request)
                response: { status: 200 }
            """, file: "test/exchanges/test.yaml")
        return script.steps[0][0].request.differences(
            from: MadeRequest(
                method: body == nil ? "GET" : "POST", url: url,
                headers: headers.map { (name: $0.0, value: $0.1) }, body: body.map { Array($0.utf8) }))
    }

    @Test func isNoneWhereAllIsTheSame() throws {
        let written = """
            { method: POST, path: "https://a.example/v1/x y", query: { "q[]": [a b, c], n: 1 }, \
            headers: { authorization: Bearer t }, body: { b: [1, { c: null }], a: "é" } }
            """
        #expect(
            try differences(
                written, url: "https://a.example/v1/x%20y?q%5B%5D=a%20b&n=1&q[]=c",
                headers: [("Authorization", "Bearer t"), ("Accept", "application/json"), ("User-Agent", "x")],
                body: #"{"a":"é","b":[1,{"c":null}]}"#) == [])
    }

    @Test(
        arguments: [
            ("{ path: 'https://a.example/x' }", "https://a.example/y", "the path is https://a.example/y"),
            ("{ path: 'https://a.example/x' }", "https://b.example/x", "the path is https://b.example/x"),
            ("{ path: 'https://a.example/x' }", "https://a.example/x?n=1", "query: n=\"1\" is not written"),
            ("{ path: 'https://a.example/x', query: { n: 1 } }", "https://a.example/x", "was not asked"),
            ("{ path: 'https://a.example/x', query: { n: 1 } }", "https://a.example/x?n=2", "query: n is \"2\""),
            ("{ path: 'https://a.example/x', query: { n: [1, 2] } }", "https://a.example/x?n=2&n=1", "[\"2\",\"1\"]"),
            ("{ method: PUT, path: 'https://a.example/x' }", "https://a.example/x", "the method is GET"),
            ("{ path: 'https://a.example/x', headers: { a: b } }", "https://a.example/x", "was not sent"),
            ("{ path: 'https://a.example/x', body: { a: 1 } }", "https://a.example/x", "there is no body"),
        ])
    func isTold(_ written: String, _ url: String, _ difference: String) throws {
        let found = try differences(written, url: url)
        #expect(found.count == 1)
        #expect(found.first?.contains(difference) == true, "\(found)")
    }

    @Test func isToldOfHeaders() throws {
        let written = "{ path: 'https://a.example/x', headers: { Authorization: Bearer a, X-Gone: null } }"
        let found = try differences(
            written, url: "https://a.example/x",
            headers: [("Authorization", "Bearer b"), ("X-Gone", "1"), ("X-New", "2")])
        #expect(found.count == 3, "\(found)")
    }

    @Test func isToldOfTheBodyByPlace() throws {
        let written = "{ method: POST, path: 'https://a.example/x', body: { filter: { since: a }, limit: 5 } }"
        let json = try differences(
            written, url: "https://a.example/x", body: #"{"filter":{"since":"b","x":1},"limit":5}"#)
        #expect(
            json.sorted() == [#"body.filter.since is "b", written is "a""#, "body.filter.x is 1, and is not written"])
        let form = try differences(
            "{ method: POST, path: 'https://a.example/x', body: { a: '1 2', b: [x, y] } }", url: "https://a.example/x",
            headers: [("Content-Type", "application/x-www-form-urlencoded")], body: "a=1+2&b=x&b=y")
        #expect(form == [])
    }

    @Test(
        arguments: [
            "{ path: 'https://a.example/x?n=1' }", "{ method: GET }", "{ path: 'https://a.example/x', querry: {} }",
        ])
    func isNotEvenReadWhereItIsNoRequest(_ written: String) {
        #expect(throws: ExchangeScript.Problem.self) { try differences(written, url: "https://a.example/x") }
    }
}

import HTTPClient
import Testing

@Suite struct EncodingTests {
    @Test func onlyUnreservedBytesStayAsTheyAre() {
        let all = String(decoding: (0..<128).map { UInt8($0) }, as: UTF8.self)
        let unreserved = "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
        let encoded = PercentEncoding.queryComponent(all)
        #expect(encoded.hasPrefix("%00%01"))
        #expect(PercentEncoding.queryComponent(unreserved) == unreserved)
        #expect(encoded.utf8.count == unreserved.utf8.count + 3 * (128 - unreserved.utf8.count))
        #expect(PercentEncoding.decode(encoded) == all)
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("a/b", "a%2Fb"), ("ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80"), ("100%", "100%25"),
        ("a+b", "a%2Bb"),
        ("..", ""), (".", ""), ("...", "..."), ("..a", "..a"), ("a?b#c", "a%3Fb%23c"), ("", ""),
    ])
    func aSegmentStaysOneSegment(text: String, encoded: String) {
        #expect(PercentEncoding.pathSegment(text) == encoded)
    }

    @Test func aPathKeepsItsSlashesAndCannotClimb() {
        #expect(PercentEncoding.path("/a b/c?d/") == "/a%20b/c%3Fd/")
        #expect(PercentEncoding.path("a/../../b") == "a///b")
    }

    @Test(arguments: ["%", "%1", "%zz", "a%2", "%C3", "%ff"])
    func whatIsNotEncodedRightIsRefused(text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test(arguments: [
        ("http://h/p", "http://h/p?a%26=1%3D%20%2B"), ("http://h/p?x=1", "http://h/p?x=1&a%26=1%3D%20%2B"),
        ("http://h/p?", "http://h/p?a%26=1%3D%20%2B"), ("http://h/p?x&", "http://h/p?x&a%26=1%3D%20%2B"),
        ("http://h/p#f?g", "http://h/p?a%26=1%3D%20%2B#f?g"),
    ])
    func parametersAreAddedToAnyURL(url: String, expected: String) {
        #expect(QueryString.adding([("a&", "1= +")], to: url) == expected)
        #expect(QueryString.adding([], to: url) == url)
    }

    @Test func formsAreEncodedAsBrowsersDo() {
        let body = FormBody.encode([("grant type", "a+b&c=d"), ("~*-._", "ü\r\n"), ("empty", "")])
        #expect(String(decoding: body, as: UTF8.self) == "grant+type=a%2Bb%26c%3Dd&%7E*-._=%C3%BC%0D%0A&empty=")
    }
}

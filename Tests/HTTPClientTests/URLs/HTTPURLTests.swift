import HTTPClient
import Testing

@Suite struct HTTPURLTests {
    @Test func thePartsAreRead() throws {
        let url = try HTTPURL("HTTPS://Api.Example.COM:8443/a/./b/../c?q=1 2&r=ö#frag")
        #expect(url.scheme == "https")
        #expect(url.host == "api.example.com")
        #expect(url.port == 8443)
        #expect(url.pathAndQuery == "/a/c?q=1+2&r=%c3%b6")
        #expect(try HTTPURL("http://a.test").pathAndQuery == "/")
        #expect(try HTTPURL("http://a.test").port == 80)
        #expect(try HTTPURL("https://[::1]/").port == 443)
        #expect(try HTTPURL("https://[::1]/").host == "[::1]")
    }

    // RFC 3986, 5.4, without the cases that change nothing here.
    @Test(arguments: [
        ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"), ("g?y", "/b/c/g?y"),
        ("#s", "/b/c/d;p?q"), (";x", "/b/c/;x"), ("", "/b/c/d;p?q"), (".", "/b/c/"), ("..", "/b/"), ("../g", "/b/g"),
        ("../..", "/"), ("../../g", "/g"), ("../../../g", "/g"), ("/./g", "/g"), ("/../g", "/g"),
    ])
    func referencesAreResolved(reference: String, expected: String) throws {
        let base = try HTTPURL("http://a.test/b/c/d;p?q")
        #expect(try base.resolving(reference).text == "http://a.test" + expected)
    }

    @Test func absoluteReferencesReplaceAllAndLoseUserNames() throws {
        let base = try HTTPURL("https://a.test/b")
        #expect(try base.resolving("//c.test/d").text == "https://c.test/d")
        #expect(try base.resolving("http://user:secret@c.test/d").text == "http://c.test/d")
        #expect(throws: HTTPError.self) { try base.resolving("mailto:x@y.test") }
        #expect(throws: HTTPError.self) { try base.resolving("javascript:alert(1)") }
    }
}

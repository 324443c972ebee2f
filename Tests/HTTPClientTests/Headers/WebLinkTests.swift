import HTTPClient
import Testing

@Suite struct WebLinkTests {
    private static func response(_ links: String...) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: links.map { HTTPHeader("link", $0) }, url: "https://api.test/items?page=1")
    }

    @Test func theNextPageIsFoundAmongOthers() {
        let header = """
            <https://api.test/items?page=2&q=a,b;c>; rel="next", <https://api.test/items?page=9>; rel="last"
            """
        #expect(Self.response(header).link("next") == "https://api.test/items?page=2&q=a,b;c")
        #expect(Self.response(header).link("LAST") == "https://api.test/items?page=9")
        #expect(Self.response(header).link("prev") == nil)
        #expect(Self.response().link("next") == nil)
    }

    @Test(arguments: [
        #"</items?page=2>; rel=next"#, #"<?page=2>;rel="prefetch next""#, #"  ,, <items?page=2> ; rel = "Next" ,,"#,
        #"<x>; title="a, <b>; rel=next"; rel=self, </items?page=2>; rel="next""#,
        #"</items?page=2>; title="quote \" end"; rel=next"#, #"</items?page=2>;; rel=next; rel=prev"#,
        #"garbage, "quoted, garbage", </items?page=2>; rel=next"#, #"<unclosed; rel=next"#,
    ])
    func allWaysToWriteItAreUnderstood(header: String) {
        let expected = header.hasPrefix("<unclosed") ? nil : "https://api.test/items?page=2"
        #expect(Self.response(header).link("next") == expected)
    }

    @Test func severalHeadersAreOneList() {
        let response = Self.response("</a>; rel=first", "</b>; rel=next; hreflang=en; Title=\"B\"")
        #expect(response.links.map(\.target) == ["/a", "/b"])
        #expect(response.links.last?.parameters.map(\.name) == ["rel", "hreflang", "title"])
        #expect(response.links.last?.parameters.last?.value == "B")
        #expect(response.link("next") == "https://api.test/b")
    }

    @Test func onlyHTTPLinksAreFollowed() {
        #expect(Self.response("<file:///etc/passwd>; rel=next").link("next") == nil)
        #expect(Self.response("<javascript:alert(1)>; rel=next").link("next") == nil)
    }

    @Test func garbageEndsInFiniteTimeWithoutACrash() {
        let pieces = ["<", ">", ";", ",", "\"", "\\", "=", " ", "rel", "next", "a"]
        var seed: UInt64 = 42
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<20 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            #expect(WebLink.parse(text).count <= 20)
        }
    }
}

import JSON
import Testing

@Suite struct JSONPathTests {
    @Test(
        arguments: [
            ("", "$"), ("$", "$"), ("$.a.b", "a.b"), ("a[0].b", "a[0].b"), ("a[*]", "a[*]"), ("a.*.b", "a[*].b"),
            (#"["a.b"].c"#, #"["a.b"].c"#), ("['it''s']", nil), ("$[1]", "[1]"), ("a[-1]", "a[-1]"),
            ("a b.c-d", "a b.c-d"),
            (#"["q\"q"]"#, #"["q\"q"]"#),
        ] as [(String, String?)])
    func pathsAreReadAndWritten(text: String, normal: String?) {
        #expect((try? JSONPath(text))?.description == normal)
    }

    @Test(arguments: [".a", "a..b", "a.", "a[", "a[x]", "a[1", "a]", "a[1]b", #"a["b]"#, "[]"])
    func whatIsNoPathIsExplained(text: String) {
        let error = #expect(throws: JSONPathError.self) { try JSONPath(text) }
        #expect(error?.description.contains("'\(text)'") == true)
    }

    @Test func aPathReadFromItsOwnTextIsTheSame() throws {
        let path = JSONPath(steps: [.key("a.b"), .key(""), .position(-2), .every, .key("*"), .key(#"\""#)])
        #expect(try JSONPath(path.description) == path)
    }
}

import JSON
import Testing

@Suite struct JSONSpliceTests {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":1,"_parent":{"id":2},"_extra":[]}"#), ("{}", #"{"_parent":{"id":2},"_extra":[]}"#),
        ("{ \n }", "{ \n \"_parent\":{\"id\":2},\"_extra\":[]}"),
        (#"{"a":"}" }"#, #"{"a":"}" ,"_parent":{"id":2},"_extra":[]}"#),
    ])
    func membersComeLastAndTheRestIsUntouched(object: String, expected: String) throws {
        let spliced = try JSONSplice.appending(
            [("_parent", Array(#"{"id":2}"#.utf8)[...]), ("_extra", Array("[]".utf8)[...])],
            to: Array(object.utf8)[...])
        #expect(String(decoding: spliced, as: UTF8.self) == expected)
        #expect(try JSONDocument(spliced).root[JSONPath("_parent.id")]?.int64 == 2)
    }

    @Test func aMemberThatIsThereAlreadyIsOverruled() throws {
        let spliced = try JSONSplice.appending(
            [("a", Array("2".utf8)[...])], to: Array(#"{"a":1}"#.utf8)[...])
        #expect(try JSONDocument(spliced).root["a"]?.int64 == 2)
    }

    @Test(arguments: ["[1]", "", "{", "}", "1", "\"{}\""])
    func onlyObjectsTakeMembers(text: String) {
        #expect(throws: JSONError.self) {
            try JSONSplice.appending([("a", Array("1".utf8)[...])], to: Array(text.utf8)[...])
        }
    }
}

import JSON
import Testing

@Suite struct JSONStorabilityTests {
    @Test(arguments: [
        (#"{"a":"x\u0000y"}"#, #"{"a":"x\uFFFDy"}"#, 1), (#"["\ud800"]"#, #"["\uFFFD"]"#, 1),
        (#"["\udc00\ud83d\ude00"]"#, #"["\uFFFD\ud83d\ude00"]"#, 1),
        (#"["\ud800\ud800\udc00"]"#, #"["\uFFFD\ud800\udc00"]"#, 1),
        (#"["\uD800\u0000"]"#, #"["\uFFFD\uFFFD"]"#, 2), (#"["\\u0000 \\ud800"]"#, #"["\\u0000 \\ud800"]"#, 0),
        (#"["\\\u0000"]"#, #"["\\\uFFFD"]"#, 1), (#"{"\u0000":1}"#, #"{"\uFFFD":1}"#, 1),
        (#"["plain"]"#, #"["plain"]"#, 0),
        (#"["\u0001"]"#, #"["\u0001"]"#, 0),
    ])
    func whatPostgresRefusesIsReplacedAndNothingElse(record: String, expected: String, replaced: Int) throws {
        let bytes = Array(record.utf8)
        let result = sanitisedForPostgres(bytes[...])
        #expect(String(decoding: result.bytes, as: UTF8.self) == expected)
        #expect(result.replaced == replaced)
        #expect(try JSONDocument(bytes).isStorable == (replaced == 0))
        #expect(try JSONDocument(result.bytes).isStorable)
    }

    @Test func aRecordWithNothingToReplaceIsTheSameSlice() {
        let page = Array(#"[{"a":"x\ny"}]"#.utf8)
        let result = sanitisedForPostgres(page[1..<13])
        #expect(result.bytes.startIndex == 1)
        #expect(result.bytes == page[1..<13])
    }

    @Test func aLoneSurrogateReadsAsTheReplacementCharacter() throws {
        let root = try JSONDocument(Array(#"{"\ud800":"\udfff!"}"#.utf8)).root
        #expect(root["\u{FFFD}"]?.string == "\u{FFFD}!")
    }
}

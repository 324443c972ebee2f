import JSON
import Testing

@Suite struct JSONDocumentTests {
    private func document(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONDocument {
        try JSONDocument(Array(text.utf8), limits: limits)
    }

    @Test func recordsAreTheExactBytesOfTheSource() throws {
        let body = #"{"data": [ {"id": 1,  "a":[1, 2]} , {"id":"x\u00e9"},{} ], "more": false}"#
        let records = try document(body).records(at: JSONPath("data"))
        #expect(
            records.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                #"{"id": 1,  "a":[1, 2]}"#, #"{"id":"x\u00e9"}"#, "{}",
            ])
        #expect(records[0].bytes.startIndex == 11)
    }

    @Test func fieldsAreReadByPath() throws {
        let root = try document(
            #"{"s":"a\n\u00e9\ud83d\ude00","i":-9223372036854775808,"u":18446744073709551615,"d":1.5e3,"t":true,"n":null,"o":{"k":[10,20,{"z":"end"}]}}"#
        ).root
        #expect(root["s"]?.string == "a\né😀")
        #expect(root["i"]?.int64 == .min)
        #expect(root["u"]?.int64 == nil)
        #expect(root["u"]?.uint64 == .max)
        #expect(root["d"]?.double == 1500)
        #expect(root["d"]?.int64 == nil)
        #expect(root["t"]?.bool == true)
        #expect(root["n"]?.isNull == true)
        #expect(try root[JSONPath("o.k[2].z")]?.string == "end")
        #expect(try root[JSONPath("o.k.1")]?.int64 == 20)
        #expect(try root[JSONPath("o.k[-1].z")]?.scalarText == "end")
        #expect(try root[JSONPath("o.k[3]")]?.kind == nil)
        #expect(root["o"]?["k"]?.elements.count == 3)
        #expect(root.members.map(\.key) == ["s", "i", "u", "d", "t", "n", "o"])
    }

    @Test func wildcardsMatchEveryElementAndEveryMember() throws {
        let document = try document(#"{"a":{"x":{"r":[1,2]},"y":{"r":[3]},"z":{}}}"#)
        #expect(document.root.all(try JSONPath("a.*.r[*]")).map(\.int64) == [1, 2, 3])
        #expect(try document.root[JSONPath("a[*].r[0]")]?.int64 == 1)
        #expect(try document.records(at: JSONPath("a.*")).count == 3)
    }

    @Test func aMissingOrScalarRecordPathIsNoEmptyPage() throws {
        let document = try document(#"{"data":null,"text":"x","list":[]}"#)
        #expect(try document.records(at: JSONPath("data")).isEmpty)
        #expect(try document.records(at: JSONPath("list")).isEmpty)
        #expect(#expect(throws: JSONError.self) { try document.records(at: JSONPath("items")) }?.kind == .noSuchPath)
        #expect(#expect(throws: JSONError.self) { try document.records(at: JSONPath("text")) }?.kind == .wrongType)
    }

    @Test func numbersOfAnySizeKeepTheirText() throws {
        let numbers = [
            "123456789012345678901234567890", "1e400", "-0", "0.1000000000000000055511151231257827", "1E-999",
        ]
        let root = try document("[" + numbers.joined(separator: ",") + "]").root
        #expect(root.elements.map { $0.numberText ?? "" } == numbers)
        #expect(root[0]?.int64 == nil)
        #expect(root[0]?.double == 123456789012345678901234567890.0)
        #expect(root[1]?.double == nil)
        #expect(root[2]?.int64 == 0)
        #expect(root[4]?.double == 0)
    }

    @Test func theLastOfSeveralMembersWithOneKeyWins() throws {
        let root = try document(#"{"a":1,"b":2,"a":3}"#).root
        #expect(root["a"]?.int64 == 3)
        #expect(root["\u{61}"]?.int64 == 3)
        #expect(root.members.map(\.key) == ["a", "b", "a"])
        #expect(try document(#"{"ab":2,"\u0061b":5}"#).root["ab"]?.int64 == 5)
    }

    @Test func aByteOrderMarkIsSkipped() throws {
        let document = try JSONDocument([0xEF, 0xBB, 0xBF] + Array(#"{"id": 7}"#.utf8))
        #expect(document.root["id"]?.int64 == 7)
        #expect(String(decoding: document.root.bytes, as: UTF8.self) == #"{"id": 7}"#)
    }

    @Test func aSliceIsReadInPlace() throws {
        let all = Array(#"xxx{"id":[1,"two"]}yyy"#.utf8)
        let document = try JSONDocument(all[3..<19])
        #expect(document.root["id"]?.bytes.startIndex == 9)
        #expect(document.root["id"]?[1]?.string == "two")
    }

    @Test(arguments: [
        ("", JSONError.Kind.empty, 0), (" \n\t ", .empty, 0), ("<!DOCTYPE html><p class=\"x\">", .markup, 0),
        ("\n <html>", .markup, 0), (#"{"a":tru}"#, .unexpected, 8), (#"{"a":1"#, .truncated, 6), ("[1,", .truncated, 3),
        (#"["abc"#, .truncated, 5), ("[1] 2", .trailingBytes, 4), ("[1]]", .trailingBytes, 3), ("[01]", .badNumber, 2),
        ("[1.]", .badNumber, 3), ("[-]", .badNumber, 2), ("[1e]", .badNumber, 3), ("[+1]", .unexpected, 1),
        ("[1,]", .unexpected, 3), ("{,}", .unexpected, 1), (#"{"a" 1}"#, .unexpected, 5),
        (#"{"a":1,}"#, .unexpected, 7),
        ("{1:2}", .unexpected, 1), ("[\"a\tb\"]", .controlCharacter, 3), (#"["\x"]"#, .badEscape, 2),
        (#"["\u12g4"]"#, .badEscape, 2), (#"["\u12"]"#, .badEscape, 2), ("[nul]", .unexpected, 4),
        ("nan", .unexpected, 1),
        ("tru", .truncated, 3), ("-", .truncated, 1), ("[1 2]", .unexpected, 3), (#"["a""b"]"#, .unexpected, 4),
        (#"["a"b]"#, .unexpected, 4), (#"[1"b"]"#, .badNumber, 2), ("[truefalse]", .unexpected, 5),
        ("[\u{0C}1]", .unexpected, 1),
        ("]", .unexpected, 0), ("[}", .unexpected, 1), ("{]", .unexpected, 1), (#"{"a":[}"#, .unexpected, 6),
    ])
    func whatIsWrongIsNamedWithItsPlace(text: String, kind: JSONError.Kind, offset: Int) {
        let error = #expect(throws: JSONError.self) { try document(text) }
        #expect(error?.kind == kind)
        #expect(error?.offset == offset)
    }

    @Test func errorsCountLinesAndColumnsAndHoldNoContents() {
        let error = #expect(throws: JSONError.self) {
            try document("{\n  \"secret\": \"hunter2\",\n  \"b\": hunter2 }")
        }
        #expect(error?.line == 3)
        #expect(error?.column == 8)
        #expect(error?.description.contains("hunter2") == false)
        #expect(error?.description.contains("line 3") == true)
    }

    @Test(
        arguments: [
            ([0x5B, 0x22, 0xFF, 0x22, 0x5D], JSONError.Kind.invalidUTF8, 2),
            ([0x5B, 0x22, 0x61, 0xC0, 0x80, 0x22, 0x5D], .invalidUTF8, 3),
            ([0x5B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x5D], .invalidUTF8, 2),
            ([0x5B, 0x22, 0xF4, 0x90, 0x80, 0x80, 0x22, 0x5D], .invalidUTF8, 2),
            ([0x5B, 0x22, 0x61, 0xE2, 0x82], .truncated, 5), ([0xFF, 0xFE, 0x5B, 0x00], .invalidUTF8, 0),
            ([0x5B, 0x22, 0xE0, 0x80, 0x22], .invalidUTF8, 2), ([0x22, 0xF0], .truncated, 2),
        ] as [([UInt8], JSONError.Kind, Int)])
    func bytesThatAreNotUTF8AreNamedWithTheirPlace(bytes: [UInt8], kind: JSONError.Kind, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONDocument(bytes) }
        #expect(error?.kind == kind)
        #expect(error?.offset == offset)
    }

    @Test func depthAndSizeAreBounded() throws {
        let deepest = String(repeating: "[", count: 1024) + String(repeating: "]", count: 1024)
        #expect(JSONValue(try document(deepest).root).kind == .array)
        let error = #expect(throws: JSONError.self) { try document("[" + deepest + "]") }
        #expect(error?.kind == .tooDeep)
        #expect(error?.offset == 1024)
        #expect(throws: JSONError.self) { try document(String(repeating: "[", count: 3_000_000)) }
        let large = #expect(throws: JSONError.self) { try document("[1234]", limits: JSONLimits(bytes: 5)) }
        #expect(large?.kind == .tooLarge)
        #expect(throws: Never.self) { try document("[1234]", limits: JSONLimits(bytes: 6)) }
    }
}

import JSON
import Testing

@Suite struct JSONValueTests {
    @Test func whatWasReadIsWrittenAgain() throws {
        let text = #"{"b":[1,-2,3.50,1e400,true,false,null,"é\"\\\n\u0001/"],"a":{},"c":[]}"#
        let value = try JSONValue(parsing: text)
        #expect(value.text == text)
        #expect(
            String(decoding: value.encodedSorted, as: UTF8.self)
                == #"{"a":{},"b":[1,-2,3.50,1e400,true,false,null,"é\"\\\n\u0001/"],"c":[]}"#)
    }

    @Test(arguments: [  // RFC 7396, appendix A
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func mergePatchesFollowTheirRFC(target: String, patch: String, expected: String) throws {
        #expect(try JSONValue(parsing: target).merging(JSONValue(parsing: patch)).text == expected)
    }

    @Test func valuesAreReachedByKeyPositionAndPath() throws {
        let value: JSONValue = ["list": [1, ["deep": "x"]], "n": .null, "t": true]
        #expect(value["list"]?[0]?.int64 == 1)
        #expect(try value[JSONPath("list[1].deep")]?.string == "x")
        #expect(try value[JSONPath("list[*].deep")]?.string == "x")
        #expect(value["list"]?[-1]?["deep"] == "x")
        #expect(value["list"]?[2] == nil)
        #expect(value["n"]?.isNull == true)
    }

    @Test func objectsAreEqualWhateverTheirOrderAndKeepIt() throws {
        let left = try JSONValue(parsing: #"{"a":1,"b":[2]}"#)
        let right = try JSONValue(parsing: #"{"b":[2],"a":1}"#)
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left.text != right.text)
        #expect(left.encodedSorted == right.encodedSorted)
        #expect(try left != JSONValue(parsing: #"{"a":1,"b":[3]}"#))
    }

    @Test func manyMembersAreFoundReplacedAndRemoved() throws {
        var object = JSONObject()
        for number in 0..<100 { object["k\(number)"] = .integer(Int64(number)) }
        for number in stride(from: 0, to: 100, by: 2) { object["k\(number)"] = nil }
        object["k51"] = "new"
        #expect(object.count == 50)
        #expect(object["k50"] == nil)
        #expect(object["k51"] == "new")
        #expect(object["k99"] == 99)
        #expect(object.orderedKeys.first == "k1")
    }

    @Test func doublesThatJSONDoesNotHaveAreRefused() {
        #expect(JSONValue(Double.infinity) == nil)
        #expect(JSONValue(1.5)?.text == "1.5")
        #expect(JSONValue.number("1e400").double == nil)
    }
}

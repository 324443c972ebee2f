import Catalog
import JSON
import Operator
import Testing
import YAML

@Suite("Values written as YAML")
struct YAMLTextTests {
    @Test(
        arguments: [
            #"{"a":1}"#, #"{"a":{"b":[1,2,{"c":null}]}}"#,
            #"{"a":"true","b":"null","c":"12","d":"1.5","e":"~","f":"no"}"#,
            ##"{"a":"2026-01-31","b":"x: y","c":"- z","d":"#e","e":"","f":" g ","h":"'","i":"\"","j":"\\"}"##,
            #"{"a":"line\nbreak\ttab","b":"é ☃ 😀","c":"{{ x }}","d":"%","e":"@","f":"a\u0001b","g":"[x]","h":"{x}"}"#,
            #"{"a":[],"b":{},"c":[[],[[1]]],"d":[{}],"e":-1.5e10,"f":12345678901234567890,"g":true}"#,
            #"{"odd key":1,"true":2,"1":3,"a.b[0]":4,"":5,"a:":6}"#,
        ])
    func areReadBackAsTheyWere(_ json: String) throws {
        let value = try JSONValue(parsing: json)
        let long = JSONValue.object(["wrapped": .array(Array(repeating: value, count: 4))])
        for value in [value, long] {
            let text = YAMLText.lines(value).joined(separator: "\n") + "\n"
            let read = DefinitionNode(try YAMLParser.document(text), file: "test.yaml", layer: .trial).json
            #expect(read == value, "\(text)")
        }
    }

    @Test func shortThingsStandOnOneLine() {
        let value: JSONValue = ["run": ["kind": "initial", "until": "2026-01-31T12:00:00Z"], "list": [1, 2]]
        #expect(
            YAMLText.lines(value) == [#"run: { kind: initial, until: "2026-01-31T12:00:00Z" }"#, "list: [1, 2]"])
    }
}

import Testing
import YAML

@Suite struct YAMLParserTests {
    @Test(
        arguments: [
            ("700/minute", YAMLScalar.Value.string("700/minute")), ("15m", .string("15m")),
            ("\"[a-z]\"", .string("[a-z]")),
            ("'42'", .string("42")), ("42", .integer(42)), ("-7", .integer(-7)), ("+7", .integer(7)),
            ("0123", .integer(123)),
            ("0x1F", .integer(31)), ("0o17", .integer(15)), ("1.50", .number("1.50")), (".5", .number("0.5")),
            ("1.", .number("1")),
            ("1e3", .number("1e3")), ("123456789012345678901", .number("123456789012345678901")), ("true", .bool(true)),
            ("False", .bool(false)), ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")),
            ("null", .null),
            ("~", .null), ("", .null), (".inf", .string(".inf")), (".nan", .string(".nan")),
            ("1.2.3", .string("1.2.3")),
            ("2024-01-01", .string("2024-01-01")), ("12:30", .string("12:30")), ("-", nil), ("+", .string("+")),
            ("1e", .string("1e")),
            ("!!str 42", .string("42")), ("{{ settings.x }}", nil),
            ("\"{{ settings.x }}\"", .string("{{ settings.x }}")),
            ("https://{{ settings.x }}.y", .string("https://{{ settings.x }}.y")), ("0x-1", .string("0x-1")),
            ("1_000", .string("1_000")),
        ] as [(String, YAMLScalar.Value?)])
    func scalarsMeanWhatTheCoreSchemaSays(text: String, value: YAMLScalar.Value?) {
        #expect((try? YAMLParser.document("k: \(text)"))?["k"]?.scalar?.value == value)
    }

    @Test func mappingsKeepTheirOrderAndTheirPlaces() throws {
        let root = try YAMLParser.document("b: 1\na:\n  - x\n  - {y: z}\n200: ok\n")
        #expect(root.mapping?.map(\.key) == ["b", "a", "200"])
        #expect(root["a"]?.sequence?[1]["y"]?.mark == YAMLMark(line: 4, column: 9))
        #expect(root.mapping?[2].keyMark == YAMLMark(line: 5, column: 1))
    }

    @Test func everyKeyThatIsThereTwiceIsToldWithBothPlaces() {
        let error = #expect(throws: YAMLError.self) { try YAMLParser.document("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n") }
        #expect(error?.problems.map(\.mark) == [YAMLMark(line: 4, column: 3), YAMLMark(line: 5, column: 1)])
        #expect(error?.problems.first?.message.contains("3:3") == true)
    }

    @Test func aliasesStandForTheirAnchors() throws {
        let root = try YAMLParser.document("base: &b {x: 1}\nother: *b\n")
        #expect(root["other"]?["x"]?.scalar?.value == .integer(1))
        #expect(root["other"]?.mark == YAMLMark(line: 2, column: 8))
    }

    @Test func aliasesThatMultiplyAreStopped() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAMLParser.document(text) }
        #expect(error?.description.contains("more than 100000 values") == true)
    }

    @Test(arguments: [
        ("a: b: c\n", 1, 5, "colon"), ("a:\n\tb: 1\n", 2, 1, "tabs"), ("a: [1, 2\nb: 3\n", 2, 2, ""),
        ("a: \"x\n", 2, 1, "quote"),
        ("a: *x\n", 1, 4, "alias"), ("a: &x [*x]\n", 1, 8, "inside"), ("<<: {a: 1}\n", 1, 1, "merge"),
        ("? [a]\n: b\n", 1, 3, "key"),
        ("a: !custom x\n", 1, 4, "tag"), ("a: @x\n", 1, 4, "quote"), ("a: {{ x }}\n", 1, 5, "quote"),
        (": x\n", 1, 1, "key"),
        ("a: 1\n b: 2\n", 2, 3, "colon"), ("a: 1\n---\nb: 2\n", 3, 1, "second"), ("", 1, 1, "no value"),
        ("# only\n", 1, 1, "no value"),
        ("a: \"\\q\"\n", 1, 5, "single quotes"), ("a:\n  - 1\n  b: 2\n", 3, 3, "list"),
        ("a: [1, ,2]\n", 1, 8, "missing"), ("a: | x\n", 1, 6, "next line"), ("a: \"\\u12\"\n", 1, 7, "hexadecimal"),
        ("*a : 1\n", 1, 1, "alias"), ("a: 'x\n---\nb: 1\n", 2, 1, "closing quote"),
    ])
    func whatIsWrongIsToldWithItsPlaceInPlainWords(text: String, line: Int, column: Int, word: String) {
        let error = #expect(throws: YAMLError.self) { try YAMLParser.document(text) }
        #expect(error?.problems.first?.mark == YAMLMark(line: line, column: column))
        #expect(word.isEmpty || error?.description.contains(word) == true, "\(error?.description ?? "")")
    }

    @Test func severalDocumentsAreReadInOrder() throws {
        let documents = try YAMLParser.documents("---\nkind: a\n---\n---\nkind: b\n...\n")
        #expect(documents.map { $0["kind"]?.scalar?.text } == ["a", "b"])
    }

    @Test func sizeAndDepthAreBounded() {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let error = #expect(throws: YAMLError.self) { try YAMLParser.document(deep) }
        #expect(error?.description.contains("deeper than 64") == true)
        #expect(throws: YAMLError.self) { try YAMLParser.document(String(repeating: "[{", count: 500_000)) }
        #expect(throws: YAMLError.self) { try YAMLParser.document("a: bcd", limits: YAMLLimits(bytes: 5)) }
    }

    @Test(arguments: [[0x61, 0x3A, 0x20, 0xFF], [0x00], [0x61, 0x07], [0xEF, 0xBB]] as [[UInt8]])
    func bytesThatAreNoTextAreAnError(bytes: [UInt8]) {
        #expect(throws: YAMLError.self) { try YAMLParser.documents(bytes) }
    }
}

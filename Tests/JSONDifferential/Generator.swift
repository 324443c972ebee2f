/// Writes random documents that are valid JSON, with everything that parsers disagree about.
struct Generator {
    var random: SeededGenerator

    private static let numbers = [
        "0", "-0", "0.0", "-0.0", "1", "-1", "10", "1.5", "1e5", "1E+5", "1e-5", "123456789", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "123456789012345678901234567890", "0.1",
        "1.7976931348623157e308",
        "1.7976931348623159e308", "1e308", "1e309", "-1e400", "5e-324", "2e-324", "1e-400", "0e999",
        "0.30000000000000004",
        "2.2250738585072011e-308", "1.00000000000000011102230246251565", "4.35", "100000000000000000000000.5", "1e22",
        "1e23",
    ]
    private static let strings = [
        "", "a", "id", "plain text", "é", "日本", "😀", "e\u{301}", "\u{7F}", "\u{2028}", "\u{FFFE}", "\\n",
        "\\t\\\"\\\\\\/",
        "\\b\\f\\r", "\\u0041", "\\u00e9", "\\u0000", "\\u0001", "\\uFFFF", "\\ud83d\\ude00", "\\uD83D\\uDE00",
        "\\ud800", "\\udc00",
        "\\ud800\\ud800", "\\ude00\\ud83d", "\\ud800x", "\\u2028", "\\\\u0000", "x\\u0022y", "{", "]", ":,", "//",
        "\\\\",
    ]
    private static let spaces = ["", "", "", "", " ", "\n", "\t", "\r\n", "  \n    "]

    mutating func document() -> [UInt8] {
        var text = ""
        append(to: &text, depth: Int.random(in: 0...5, using: &random))
        return Array(text.utf8)
    }

    private mutating func space() -> String { Self.spaces.randomElement(using: &random) ?? "" }

    private mutating func string() -> String {
        var text = "\""
        for _ in 0..<Int.random(in: 1...3, using: &random) { text += Self.strings.randomElement(using: &random) ?? "" }
        return text + "\""
    }

    private mutating func append(to text: inout String, depth: Int) {
        text += space()
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &random) {
        case 0: text += ["true", "false", "null"].randomElement(using: &random) ?? "null"
        case 1, 2: text += Self.numbers.randomElement(using: &random) ?? "0"
        case 3: text += "\(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random))"
        case 4, 5: text += string()
        case 6, 7:
            text += "["
            for position in 0..<Int.random(in: 0...4, using: &random) {
                if position > 0 { text += "," }
                append(to: &text, depth: depth - 1)
            }
            text += "]"
        default:
            text += "{"
            for position in 0..<Int.random(in: 0...4, using: &random) {
                if position > 0 { text += "," }
                text += space() + string() + space() + ":"
                append(to: &text, depth: depth - 1)
            }
            text += space() + "}"
        }
        text += space()
    }
}

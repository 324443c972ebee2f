/// Reads the numbers of the core schema (YAML 1.2.2, section 10.3.2).
enum YAMLNumber {
    static func read(_ text: String) -> YAMLScalar.Value? {
        if text.hasPrefix("0x") { return based(text.dropFirst(2), 16) }
        if text.hasPrefix("0o") { return based(text.dropFirst(2), 8) }
        var rest = Substring(text)
        let negative = rest.first == "-"
        if negative || rest.first == "+" { rest = rest.dropFirst() }
        let whole = digits(&rest)
        var fraction: Substring = ""
        var isFloat = false
        if rest.first == "." {
            isFloat = true
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if rest.first == "e" || rest.first == "E" {
            isFloat = true
            rest = rest.dropFirst()
            exponent = "e"
            if rest.first == "-" || rest.first == "+" { exponent.append(rest.removeFirst()) }
            let power = digits(&rest)
            guard !power.isEmpty else { return nil }
            exponent += power
        }
        guard rest.isEmpty else { return nil }
        // JSON allows neither a sign of plus, nor leading zeros, nor a bare point.
        let significant = whole.drop { $0 == "0" }
        let sign = negative ? "-" : ""
        let integral = significant.isEmpty ? "0" : String(significant)
        if !isFloat {
            return Int64(sign + integral).map { .integer($0) } ?? .number(sign + integral)
        }
        return .number(sign + integral + (fraction.isEmpty ? "" : "." + fraction) + exponent)
    }

    private static func based(_ digits: Substring, _ radix: Int) -> YAMLScalar.Value? {
        guard digits.first != "-", digits.first != "+" else { return nil }
        return Int64(digits, radix: radix).map { .integer($0) }
    }

    private static func digits(_ rest: inout Substring) -> Substring {
        let found = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(found.count)
        return found
    }
}

/// Brings company names to one form: "ACME, Inc." and "Acme Inc" are one name.
package enum NameNormalization {
    /// Lower-case words without punctuation and without the legal form at the end. Nil where nothing is left, and for
    /// names too long to be one.
    package static func name(_ text: String) -> String? {
        guard text.utf8.count <= 400 else { return nil }
        var words: [String] = []
        var word = ""
        for scalar in text.lowercased().unicodeScalars {
            if isPartOfWord(scalar) {
                word.unicodeScalars.append(scalar)
            } else if scalar == "." || scalar == "'" || scalar == "’" {
                continue  // "S.A." is "sa", "Macy's" is "macys"
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        while words.count > 1, let last = words.last, legalForms.contains(last) { words.removeLast() }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            return (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
    }

    private static let legalForms: Set<String> = [
        "ab", "ag", "aps", "as", "asa", "bv", "bvba", "co", "company", "corp", "corporation", "doo", "eirl", "gmbh",
        "gesmbh", "inc", "incorporated", "kft", "kg", "kk", "limited", "llc", "llp", "lp", "ltd", "ltda", "nv", "ohg",
        "oy", "oyj", "plc", "pty", "pte", "pvt", "sa", "sarl", "sas", "se", "sl", "slu", "spa", "spzoo", "srl", "sro",
        "ug", "zoo",
    ]
}

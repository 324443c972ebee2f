/// Brings company names to one form: "ACME, Inc." and "Acme Inc" are one name.
package enum NameNormalization {
    /// Lower-case words without punctuation and without the legal form at the end. Nil where nothing is left, and for
    /// names too long to be one.
    package static func name(_ text: String) -> String? {
        guard text.utf8.count <= 400 else { return nil }
        if let ascii = asciiWords(text) { return joined(ascii) }
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
        return joined(words)
    }

    private static func joined(_ words: [String]) -> String? {
        var words = words
        while words.count > 1, let last = words.last, legalForms.contains(last) { words.removeLast() }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// The words of a text of ASCII alone, which most names are, without a look at Unicode's tables; nil for others.
    private static func asciiWords(_ text: String) -> [String]? {
        var words: [String] = []
        var word: [UInt8] = []
        for byte in text.utf8 {
            guard byte < 0x80 else { return nil }
            if byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") {
                word.append(byte | 0x20)
            } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
                word.append(byte)
            } else if byte != UInt8(ascii: "."), byte != UInt8(ascii: "'"), !word.isEmpty {
                words.append(String(decoding: word, as: UTF8.self))
                word.removeAll(keepingCapacity: true)
            }
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
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

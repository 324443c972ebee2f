/// Damages documents the way networks, encoders and attackers do.
struct Mutator {
    var random: SeededGenerator

    private static let pieces: [[UInt8]] =
        [
            "\"", "\\", "\\u", "\\ud800", "\\udc00", "{", "}", "[", "]", ",", ":", "-", "+", ".", "e", "E", "0", "00",
            "1", "9", "true",
            "tru", "nul", "null", "NaN", "Infinity", "-Infinity", "'", "//", "/*", "*/", "<", "\u{FEFF}", "\u{2028}",
            "\u{85}", "\u{A0}",
            "1e999", "-0", "0x1", "1.", ".5", "\t", "\n", "\r", " ", "\u{0B}", "\u{0C}", "\u{00}", "\u{01}", "\u{1F}",
            "\u{7F}",
            "99999999999999999999", "[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]", ",,", "{}", "[]", "\"\"", "\"a\":1,",
        ].map { Array($0.utf8) } + [
            [0x80], [0xBF], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80], [0xFE],
            [0xFF], [0xFF, 0xFE], [0xFE, 0xFF], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB], [0xE0, 0x9F, 0xBF],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
        ]

    /// `document` with up to four damages; one document in eight stays whole.
    mutating func damage(_ document: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = document
        guard !random.chance(8) else { return bytes }
        for _ in 0..<Int.random(in: 1...4, using: &random) { damageOnce(&bytes, other) }
        return bytes
    }

    private mutating func damageOnce(_ bytes: inout [UInt8], _ other: [UInt8]) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let length = min(Int.random(in: 1...8, using: &random), bytes.count - at)
        switch Int.random(in: 0..<12, using: &random) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.removeSubrange(at..<(at + length))
        case 3: bytes.removeSubrange(at...)
        case 4: bytes.insert(contentsOf: bytes[at..<(at + length)], at: at)
        case 5: bytes.append(contentsOf: other.suffix(Int.random(in: 0...other.count, using: &random)))
        case 6: bytes.insert(contentsOf: other, at: at)
        case 7 where at < bytes.count:
            bytes.swapAt(at, Int.random(in: 0..<bytes.count, using: &random))
        case 8 where random.chance(64):
            let depth = Int.random(in: 500...1100, using: &random)
            bytes =
                Array(repeating: UInt8(ascii: "["), count: depth) + bytes
                + Array(repeating: UInt8(ascii: "]"), count: depth)
        default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: at)
        }
    }
}

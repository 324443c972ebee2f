/// Base 64 (RFC 4648, sections 4 and 5).
public enum Base64: Sendable {
    /// With `+`, `/` and padding.
    case standard
    /// With `-` and `_`, without padding: for URLs, file names and JWTs.
    case url

    private static let standardAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The text of `bytes`.
    public func encode(_ bytes: some Sequence<UInt8>) -> String {
        encode(array: Array(bytes))
    }

    // Not generic: called from another module a generic function is not specialised, and many times slower.
    private func encode(array bytes: [UInt8]) -> String {
        let alphabet = self == .standard ? Self.standardAlphabet : Self.urlAlphabet
        return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { out in
            var length = 0
            func put(_ byte: UInt8) {
                out[length] = byte
                length += 1
            }
            var bits: UInt32 = 0
            var held: UInt32 = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                held += 8
                while held >= 6 {
                    held -= 6
                    put(alphabet[Int(bits >> held & 63)])
                }
                bits &= (1 << held) - 1
            }
            if held > 0 { put(alphabet[Int(bits << (6 - held) & 63)]) }
            while self == .standard && length % 4 != 0 { put(UInt8(ascii: "=")) }
            return length
        }
    }

    /// The bytes of `text`; nil where it is not of this alphabet, has a wrong length or padding, or bits that no
    /// encoder leaves set. Padding may be missing altogether.
    public func decode(_ text: some StringProtocol) -> [UInt8]? {
        var characters = Array(text.utf8)[...]
        let padded = characters.count
        while characters.last == UInt8(ascii: "="), padded - characters.count < 2 { characters.removeLast() }
        guard padded == characters.count || padded % 4 == 0, characters.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var held = 0
        for character in characters {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | value
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                bits &= (1 << UInt32(held)) - 1
            }
        }
        return bits == 0 ? out : nil
    }

    private func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+") where self == .standard, UInt8(ascii: "-") where self == .url: 62
        case UInt8(ascii: "/") where self == .standard, UInt8(ascii: "_") where self == .url: 63
        default: nil
        }
    }
}

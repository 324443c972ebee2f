/// The quick way for what nearly all domains and addresses are: plain ASCII without anything around them. Everything
/// else goes the slow way, through Unicode.
enum ASCIIHost {
    /// Whether `bytes` are a host name with at least two labels, in ASCII letters, digits, `-` and `_`, that is no
    /// address of the network.
    static func isHost(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= 253 else { return false }
        var labels = 1
        var length = 0
        var isNumber = true
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard length > 0 else { return false }
                labels += 1
                length = 0
                isNumber = true
                continue
            }
            let isDigit = byte &- UInt8(ascii: "0") < 10
            guard isDigit || isLetter(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else {
                return false
            }
            if !isDigit { isNumber = false }
            length += 1
            guard length <= 63 else { return false }
        }
        return labels >= 2 && length > 0 && !isNumber
    }

    /// Whether `bytes` are an e-mail address of the usual characters at such a host.
    static func isAddress(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= 320, let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0 else { return false }
        for byte in bytes[..<at] {
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "%"): continue
            default: guard isLetter(byte) || byte &- UInt8(ascii: "0") < 10 else { return false }
            }
        }
        return isHost(bytes[(at + 1)...])
    }

    /// `text` in lower case, itself where it is that already.
    static func lowercased(_ text: String) -> String {
        text.utf8.contains { $0 &- UInt8(ascii: "A") < 26 } ? text.lowercased() : text
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}

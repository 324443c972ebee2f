extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}

extension String {
    /// The parts between the occurrences of `separator`.
    func pieces(separatedBy separator: String) -> [String] {
        guard !separator.isEmpty else { return [self] }
        let (bytes, mark) = (Array(utf8), Array(separator.utf8))
        var pieces: [String] = []
        var start = 0
        var index = 0
        while index + mark.count <= bytes.count {
            if bytes[index] == mark[0], bytes[index..<index + mark.count].elementsEqual(mark) {
                pieces.append(String(decoding: bytes[start..<index], as: UTF8.self))
                index += mark.count
                start = index
            } else {
                index += 1
            }
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    /// With every `old` replaced by `new`; stops growing a little beyond `limit` bytes.
    func replacing(_ old: String, by new: String, limit: Int) -> String {
        guard !old.isEmpty else { return self }
        var text = ""
        for (index, piece) in pieces(separatedBy: old).enumerated() {
            text += (index == 0 ? "" : new) + piece
            if text.utf8.count > limit { break }
        }
        return text
    }
}

/// Percent-encoding of RFC 3986.
enum PercentEncoding {
    /// `text` as it stands in a path segment, a query name or a query value: everything but unreserved characters
    /// encoded.
    static func component(_ text: String) -> String { encode(text) { isUnreserved($0) } }

    /// `text` as a query name: brackets stay, as providers with `created[gte]` document them.
    static func queryName(_ text: String) -> String {
        encode(text) {
            isUnreserved($0) || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "$")
        }
    }

    /// `text` in a form body (application/x-www-form-urlencoded).
    static func form(_ text: String) -> String {
        String(
            decoding: encode(text) { isUnreserved($0) || $0 == UInt8(ascii: " ") }.utf8.map { $0 == 32 ? 43 : $0 },
            as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encode(_ text: String, keeping: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if keeping(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

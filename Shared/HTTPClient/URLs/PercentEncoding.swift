/// Percent-encoding of the parts of a URL (RFC 3986, 2). What is not unreserved (letters, digits, `-._~`) and not
/// allowed in the named part becomes `%XX` of its UTF-8 bytes. Encode a value once, when it enters a URL.
public enum PercentEncoding {
    /// One segment of a path. A slash is encoded: the value stays one segment. `.` and `..`, which would climb in the
    /// path whichever way they are written, become empty.
    public static func pathSegment(_ text: String) -> String {
        text == "." || text == ".." ? "" : encode(text, keeping: "")
    }

    /// A path whose slashes separate its segments. Each segment is encoded as by ``pathSegment(_:)``.
    public static func path(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: false).map { pathSegment(String($0)) }
            .joined(separator: "/")
    }

    /// The name or the value of a query parameter. Everything that could end it is encoded, and a space is `%20`.
    public static func queryComponent(_ text: String) -> String { encode(text, keeping: "") }

    /// Undoes any of these. Nil if a `%` is not followed by two hexadecimal digits or the bytes are no UTF-8.
    public static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Encodes all but the unreserved bytes and those in `kept`.
    static func encode(_ text: String, keeping kept: StaticString, spaceAsPlus: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.withUTF8Buffer({ $0.contains(byte) }) {
                bytes.append(byte)
            } else if spaceAsPlus, byte == 32 {
                bytes.append(UInt8(ascii: "+"))
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digit(byte >> 4))
                bytes.append(digit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
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

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 55 }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}

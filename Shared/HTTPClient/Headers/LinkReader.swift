/// Reads a `Link` header byte by byte.
struct LinkReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        skip { $0 == Self.comma || Self.isSpace($0) }
    }

    var isAtEnd: Bool { index >= bytes.count }

    /// The link that starts here, with the comma behind it. Nil, and possibly half way, if there is none.
    mutating func link() -> WebLink? {
        guard take("<") else { return nil }
        let target = text { $0 != UInt8(ascii: ">") }
        guard take(">") else { return nil }
        var parameters: [WebLink.Parameter] = []
        skip(Self.isSpace)
        while take(";") {
            skip(Self.isSpace)
            // An empty parameter (";;") is allowed.
            if let parameter = parameter() { parameters.append(parameter) }
            skip(Self.isSpace)
        }
        guard isAtEnd || current == Self.comma else { return nil }
        skip { $0 == Self.comma || Self.isSpace($0) }
        // Only the first rel counts (RFC 8288, 3.3).
        let relations = parameters.first { $0.name == "rel" }?.value.split(whereSeparator: \.isWhitespace) ?? []
        return WebLink(target: target, relations: relations.map { $0.lowercased() }, parameters: parameters)
    }

    /// Goes behind the next comma that separates links.
    mutating func skipToNextLink() {
        while let byte = current, byte != Self.comma {
            if byte == UInt8(ascii: "\"") {
                _ = quoted()
            } else if byte == UInt8(ascii: "<") {
                skip { $0 != UInt8(ascii: ">") }
                _ = take(">")
            } else {
                index += 1
            }
        }
        skip { $0 == Self.comma || Self.isSpace($0) }
    }

    private mutating func parameter() -> WebLink.Parameter? {
        let name = text(HeaderName.isTokenByte)
        guard !name.isEmpty else { return nil }
        skip(Self.isSpace)
        guard take("=") else { return WebLink.Parameter(name: name.lowercased(), value: "") }
        skip(Self.isSpace)
        let value =
            current == UInt8(ascii: "\"")
            ? quoted() : text { $0 != Self.comma && $0 != UInt8(ascii: ";") && !Self.isSpace($0) }
        return WebLink.Parameter(name: name.lowercased(), value: value)
    }

    /// A quoted string (RFC 9110, 5.6.4); one that does not end reaches to the end.
    private mutating func quoted() -> String {
        index += 1
        var value: [UInt8] = []
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\"), let escaped = current {
                value.append(escaped)
                index += 1
            } else {
                value.append(byte)
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    private static let comma = UInt8(ascii: ",")
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skip(_ condition: (UInt8) -> Bool) {
        while let byte = current, condition(byte) { index += 1 }
    }

    private mutating func text(_ condition: (UInt8) -> Bool) -> String {
        let start = index
        skip(condition)
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }
}

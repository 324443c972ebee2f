/// Reads the lines of a header section as libcurl hands them out.
enum HeaderLine {
    /// Whether this is a status line, which starts a section.
    static func isStatus(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        line.count >= 5 && line.starts(with: "HTTP/".utf8)
    }

    /// Whether this is the empty line that ends a section.
    static func isBlank(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        line.allSatisfy { $0 == 13 || $0 == 10 }
    }

    /// Adds the field of `line` to `headers`; a line that begins with white space continues the last value
    /// (RFC 9112, 5.2), a line without a colon is left out.
    static func append(_ line: UnsafeBufferPointer<UInt8>, to headers: inout [HTTPHeader]) {
        if let first = line.first, isSpace(first) {
            guard let last = headers.indices.last else { return }
            headers[last].value += " " + text(line[...])
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        headers.append(HTTPHeader(text(line[..<colon]), text(line[(colon + 1)...])))
    }

    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 || byte == 10 }
}

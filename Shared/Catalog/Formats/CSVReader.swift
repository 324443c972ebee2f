import JSON

/// Reads CSV (RFC 4180) into a JSON array of objects. All values are texts; an empty field without quotes is null.
struct CSVReader {
    /// More columns than this are no table.
    static let maximumColumns = 10_000

    private let bytes: ArraySlice<UInt8>
    private let separator: UInt8
    /// The largest result, in bytes.
    private let limit: Int
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>, separator: UInt8, limit: Int) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes
        self.separator = separator
        self.limit = limit
        at = self.bytes.startIndex
    }

    /// The array, whose objects have the names of `columns`, or those of the first line where that is empty.
    mutating func json(columns: [String]) throws(UnreadableBody) -> [UInt8] {
        var names = columns
        if names.isEmpty {
            guard let header = try line() else { return Array("[]".utf8) }
            names = header.map { $0.text.map { String(decoding: $0, as: UTF8.self).trimmed } ?? "" }
        }
        let keys = names.map { name in
            var key: [UInt8] = []
            JSONWriter.append(string: name, to: &key)
            key.append(UInt8(ascii: ":"))
            return key
        }
        var out: [UInt8] = [UInt8(ascii: "[")]
        out.reserveCapacity(bytes.count * 2)
        var number = 1
        while let fields = try line() {
            number += 1
            // A line that holds nothing is what many writers end a file with.
            if fields.count == 1, fields[0].text == nil { continue }
            guard fields.count <= keys.count else {
                throw UnreadableBody("line \(number) of the CSV has \(fields.count) fields and not \(keys.count)")
            }
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                out.append(contentsOf: keys[index])
                if let text = field.text {
                    text.withUnsafeBufferPointer { JSONWriter.append(string: $0, to: &out) }
                } else {
                    out.append(contentsOf: "null".utf8)
                }
            }
            out.append(UInt8(ascii: "}"))
            guard out.count <= limit else { throw UnreadableBody("the CSV is too large") }
        }
        out.append(UInt8(ascii: "]"))
        return out
    }

    private struct Field {
        /// Nil where nothing stands, not even quotes.
        var text: [UInt8]?
    }

    /// The fields of the next line; nil behind the last one.
    private mutating func line() throws(UnreadableBody) -> [Field]? {
        guard at < bytes.endIndex else { return nil }
        var fields: [Field] = []
        while true {
            fields.append(try field())
            guard fields.count <= Self.maximumColumns else { throw UnreadableBody("the CSV has too many columns") }
            guard at < bytes.endIndex, bytes[at] == separator else { break }
            at += 1
        }
        if at < bytes.endIndex, bytes[at] == 13 { at += 1 }
        if at < bytes.endIndex {
            guard bytes[at] == 10 || bytes[at - 1] == 13 else {
                throw UnreadableBody("something stands behind a quoted field of the CSV, at byte \(at)")
            }
            if bytes[at] == 10 { at += 1 }
        }
        return fields
    }

    private mutating func field() throws(UnreadableBody) -> Field {
        guard at < bytes.endIndex, bytes[at] == UInt8(ascii: "\"") else {
            let start = at
            while at < bytes.endIndex, bytes[at] != separator, bytes[at] != 10, bytes[at] != 13 { at += 1 }
            return Field(text: at == start ? nil : Array(bytes[start..<at]))
        }
        at += 1
        var text: [UInt8] = []
        while at < bytes.endIndex {
            let byte = bytes[at]
            at += 1
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard at < bytes.endIndex, bytes[at] == UInt8(ascii: "\"") else { return Field(text: text) }
            text.append(byte)
            at += 1
        }
        throw UnreadableBody("a quoted field of the CSV is not closed: the body is cut off")
    }
}

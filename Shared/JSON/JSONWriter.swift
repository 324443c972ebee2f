/// Writes JSON into bytes as fast as they can be appended. It puts the commas; the caller keeps brackets balanced,
/// keys before values and `raw` values valid.
///
///     var writer = JSONWriter()
///     writer.beginObject()
///     writer.member("id", id)
///     writer.key("links"); writer.raw(slice)
///     writer.endObject()
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]

    /// Begins with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what has been written and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// `{`
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
    }

    /// `}`
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
    }

    /// `[`
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
    }

    /// `]`
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
    }

    /// A member's key; its value follows.
    public mutating func key(_ key: String) {
        separate()
        Self.append(string: key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A string.
    public mutating func string(_ value: String) {
        separate()
        Self.append(string: value, to: &bytes)
    }

    /// An integer.
    public mutating func integer(_ value: Int64) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// A number in the shortest form that reads back as the same; `null` for what JSON cannot say (infinity, NaN).
    public mutating func double(_ value: Double) {
        separate()
        bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    }

    /// `true` or `false`
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// `null`
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A value that is valid JSON already.
    public mutating func raw(_ value: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// A value.
    public mutating func value(_ value: JSONValue) {
        separate()
        value.append(to: &bytes, sorted: false)
    }

    /// A comma, unless this is the first in its container or the value of a key. Outside strings the last byte
    /// tells, and a value never ends in one of these.
    @inline(__always)
    private mutating func separate() {
        guard let last = bytes.last else { return }
        switch last {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: ","): return
        default: bytes.append(UInt8(ascii: ","))
        }
    }
}

extension JSONWriter {
    /// A member with a string; `null` where it is nil.
    public mutating func member(_ key: String, _ value: String?) {
        self.key(key)
        if let value { string(value) } else { null() }
    }

    /// A member with an integer; `null` where it is nil.
    public mutating func member(_ key: String, _ value: Int64?) {
        self.key(key)
        if let value { integer(value) } else { null() }
    }

    /// A member with a truth value; `null` where it is nil.
    public mutating func member(_ key: String, _ value: Bool?) {
        self.key(key)
        if let value { bool(value) } else { null() }
    }

    /// A member with a value that is valid JSON already.
    public mutating func member(_ key: String, raw value: ArraySlice<UInt8>) {
        self.key(key)
        raw(value)
    }

    /// Appends `text` in quotes, with the escapes that RFC 8259 demands and no others.
    public static func append(string text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { append(string: $0, to: &bytes) }
    }

    /// Appends the UTF-8 `text` in quotes, with the escapes that RFC 8259 demands and no others.
    public static func append(string text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for at in 0..<text.count {
            let byte = text[at]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<at]))
            start = at + 1
            bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case 0x08: bytes.append(UInt8(ascii: "b"))
            case 0x09: bytes.append(UInt8(ascii: "t"))
            case 0x0A: bytes.append(UInt8(ascii: "n"))
            case 0x0C: bytes.append(UInt8(ascii: "f"))
            case 0x0D: bytes.append(UInt8(ascii: "r"))
            case 0x20...: bytes.append(byte)
            default:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        bytes.append(UInt8(ascii: "\""))
    }
}

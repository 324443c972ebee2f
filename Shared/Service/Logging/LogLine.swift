import Models

/// One line of the log before it is bytes.
public struct LogLine: Sendable {
    /// When it was written.
    public var time: Timestamp
    /// How much it matters.
    public var level: LogLevel
    /// Who wrote it.
    public var label: String
    /// What happened.
    public var message: StaticString
    /// What it was about.
    public var values: [LogKey: LogValue]

    /// One JSON object and a line feed. Keys in a fixed order: time, level, label, message, then the rest by name.
    func json(_ base: [LogKey: LogValue]) -> [UInt8] {
        var text = JSONLine()
        text.add("time", .text(time.description))
        text.add("level", .text(level.rawValue))
        text.add("label", .text(label))
        text.add("message", .text(message.description))
        for (key, value) in ordered(base) { text.add(key.rawValue, value) }
        return text.finish()
    }

    /// `12:00:01.234 WARNING kafka: broker is away  broker=localhost:9092`
    func text(_ base: [LogKey: LogValue]) -> [UInt8] {
        let clock = time.description.dropFirst(11).prefix(12)
        var line = "\(clock) \(level.rawValue.uppercased()) \(label): \(message)"
        for (key, value) in ordered([:]) { line += "  \(key.rawValue)=\(value.plain)" }
        // A value that holds a line feed must not look like a line of its own.
        line = String(line.map { $0.isNewline ? " " : $0 })
        return Array(line.utf8) + [0x0A]
    }

    private func ordered(_ base: [LogKey: LogValue]) -> [(key: LogKey, value: LogValue)] {
        base.merging(values) { $1 }.sorted { $0.key.rawValue < $1.key.rawValue }
    }
}

extension LogValue {
    /// As a person reads it.
    var plain: String {
        switch self {
        case .text(let text): text
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .boolean(let value): "\(value)"
        }
    }
}

/// Writes one flat JSON object (RFC 8259).
private struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    init() { bytes.reserveCapacity(256) }

    mutating func add(_ key: String, _ value: LogValue) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        string(key)
        bytes.append(UInt8(ascii: ":"))
        switch value {
        case .text(let text): string(text)
        case .number(let number) where !number.isFinite: string("\(number)")
        default: bytes += value.plain.utf8
        }
    }

    mutating func finish() -> [UInt8] {
        bytes += [UInt8(ascii: "}"), 0x0A]
        return bytes
    }

    private mutating func string(_ text: String) {
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += Array("\\n".utf8)
            case 0..<0x20: bytes += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

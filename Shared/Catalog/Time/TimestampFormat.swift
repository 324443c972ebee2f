import Models

/// How a provider writes times.
public enum TimestampFormat: Sendable, Hashable {
    /// ISO 8601 or RFC 3339, with or without fraction and offset (none is read as UTC): `2026-01-31T12:00:00Z`.
    case iso8601
    /// The same with milliseconds when printed: `2026-01-31T12:00:00.000Z`.
    case iso8601Milliseconds
    /// The same with a space and without an offset when printed, in UTC: `2026-01-31 12:00:00`.
    case sql
    /// `2026-01-31`, midnight UTC.
    case date
    /// Seconds since 1970, whole or with a fraction, as a number or a text.
    case epoch
    /// Milliseconds since 1970.
    case epochMilliseconds
    /// Microseconds since 1970.
    case epochMicroseconds
    /// The date of HTTP headers and e-mail: `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110, RFC 5322).
    case http
    /// A pattern such as `%d/%m/%Y %H:%M`.
    case pattern(TimePattern)

    /// The formats that have a name, in the order of the language's document.
    package static let named: [(name: String, format: TimestampFormat)] = [
        ("iso8601", .iso8601), ("iso8601_ms", .iso8601Milliseconds), ("sql", .sql), ("date", .date),
        ("epoch", .epoch), ("epoch_ms", .epochMilliseconds), ("epoch_us", .epochMicroseconds), ("http", .http),
    ]

    /// The format called `name`, or that of a pattern, which holds a `%`.
    public init?(_ name: String) {
        if let known = Self.named.first(where: { $0.name == name }) {
            self = known.format
        } else if name.contains("%"), let pattern = try? TimePattern(name) {
            self = .pattern(pattern)
        } else {
            return nil
        }
    }

    /// Its name, or its pattern.
    public var name: String {
        if case .pattern(let pattern) = self { return pattern.text }
        return Self.named.first { $0.format == self }?.name ?? ""
    }

    /// Reads the text of a time; nil where it is not one in this format or lies outside of the years 1 to 9999.
    public func parse(_ text: String) -> Timestamp? {
        switch self {
        case .iso8601, .iso8601Milliseconds, .sql, .date: Timestamp(rfc3339: text.trimmed)
        case .epoch: Self.scaled(text, digits: 6)
        case .epochMilliseconds: Self.scaled(text, digits: 3)
        case .epochMicroseconds: Self.scaled(text, digits: 0)
        case .http: HTTPDate.parse(text)
        case .pattern(let pattern): pattern.parse(text.trimmed)
        }
    }

    /// Writes a time.
    public func print(_ time: Timestamp) -> String {
        switch self {
        case .iso8601: return time.description
        case .iso8601Milliseconds:
            let whole = Timestamp(microseconds: time.microseconds.flooringQuotient(by: 1_000_000) * 1_000_000)
                .description
            let milliseconds = String(time.microseconds.flooringQuotient(by: 1000).flooringRemainder(by: 1000))
            let padded = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
            return whole.dropLast() + "." + padded + "Z"
        case .sql:
            let whole = Timestamp(microseconds: time.microseconds.flooringQuotient(by: 1_000_000) * 1_000_000)
                .description
            return whole.dropLast().split(separator: "T").joined(separator: " ")
        case .date: return String(time.description.prefix(10))
        case .epoch: return String(time.microseconds.flooringQuotient(by: 1_000_000))
        case .epochMilliseconds: return String(time.microseconds.flooringQuotient(by: 1000))
        case .epochMicroseconds: return String(time.microseconds)
        case .http: return HTTPDate.print(time)
        case .pattern(let pattern): return pattern.print(time)
        }
    }

    /// A decimal number times ten to the power of `digits`, as microseconds.
    private static func scaled(_ text: String, digits: Int) -> Timestamp? {
        var sign: Int64 = 1
        var micros: Int64 = 0
        var fraction: Int?
        var seen = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: sign = -1
            case UInt8(ascii: ".") where fraction == nil && seen: fraction = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                seen = true
                if let places = fraction {
                    if places >= digits { continue }
                    fraction = places + 1
                }
                let (tens, overflow) = micros.multipliedReportingOverflow(by: 10)
                let (sum, carried) = tens.addingReportingOverflow(Int64(byte - 48))
                if overflow || carried { return nil }
                micros = sum
            default: return nil
            }
        }
        guard seen else { return nil }
        for _ in (fraction ?? 0)..<max(digits, fraction ?? 0) {
            let (tens, overflow) = micros.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            micros = tens
        }
        let time = Timestamp(microseconds: sign * micros)
        return time.isPlausible ? time : nil
    }
}

extension Timestamp {
    private static let earliest = Timestamp(microseconds: -62_135_596_800_000_000)  // 0001-01-01
    private static let latest = Timestamp(microseconds: 253_402_300_799_999_999)  // 9999-12-31

    /// Whether it lies in the years 1 to 9999, which is what Postgres and every reader can print.
    var isPlausible: Bool { self >= Self.earliest && self <= Self.latest }

    /// The time that `value` stands for: written in `format`, or without one ISO 8601 for texts and, by their size,
    /// seconds, milliseconds or microseconds since 1970 for numbers.
    init?(value: Value, format: TimestampFormat?) {
        switch value {
        case .time(let time): self = time
        case .integer, .number, .text, .secret:
            guard let text = value.scalarText, let time = (format ?? Self.guess(text)).parse(text) else { return nil }
            self = time
        default: return nil
        }
    }

    /// The format that a time of unknown format probably has.
    static func guess(_ text: String) -> TimestampFormat {
        let digits = text.utf8.prefix { $0 &- 48 < 10 || $0 == UInt8(ascii: "-") && text.utf8.first == $0 }
        guard digits.count == text.utf8.count || text.utf8.dropFirst(digits.count).first == UInt8(ascii: ".") else {
            return .iso8601
        }
        switch digits.count {
        case ...11: return .epoch
        case 12...14: return .epochMilliseconds
        default: return .epochMicroseconds
        }
    }
}

extension Int64 {
    func flooringQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    func flooringRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

import Models

extension TimePattern {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]

    /// What has been read so far.
    private struct Fields {
        var year: Int64 = 1970
        var month: Int64 = 1
        var day: Int64 = 1
        var dayOfYear: Int64?
        var hour: Int64 = 0
        var isAfternoon: Bool?
        var minute: Int64 = 0
        var second: Int64 = 0
        var micros: Int64 = 0
        var offsetMinutes: Int64 = 0
        var epoch: Int64?
    }

    /// The time that `text` tells; nil where it does not fit the pattern.
    func parse(_ text: String) -> Timestamp? {
        var cursor = Cursor(bytes: Array(text.utf8))
        var fields = Fields()
        for item in items {
            switch item {
            case .literal(let byte): guard cursor.take(byte) else { return nil }
            case .space: guard cursor.takeSpaces() else { return nil }
            case .part(let part): guard Self.read(part, &cursor, &fields) else { return nil }
            }
        }
        guard cursor.atEnd else { return nil }
        return Self.time(fields)
    }

    private static func read(_ part: Part, _ cursor: inout Cursor, _ fields: inout Fields) -> Bool {
        func set(_ field: WritableKeyPath<Fields, Int64>, _ value: Int64?, _ range: ClosedRange<Int64>) -> Bool {
            guard let value, range.contains(value) else { return false }
            fields[keyPath: field] = value
            return true
        }
        switch part {
        case .year: return set(\.year, cursor.number(4...4), 1...9999)
        case .shortYear:
            guard let year = cursor.number(2...2) else { return false }
            fields.year = year < 70 ? 2000 + year : 1900 + year
            return true
        case .month: return set(\.month, cursor.number(1...2), 1...12)
        case .day: return set(\.day, cursor.number(1...2), 1...31)
        case .spacedDay:
            _ = cursor.takeSpaces()
            return set(\.day, cursor.number(1...2), 1...31)
        case .hour: return set(\.hour, cursor.number(1...2), 0...23)
        case .hourOf12: return set(\.hour, cursor.number(1...2), 1...12)
        case .minute: return set(\.minute, cursor.number(1...2), 0...59)
        case .second: return set(\.second, cursor.number(1...2), 0...60)
        case .fraction, .milliseconds:
            guard let micros = cursor.fraction() else { return false }
            fields.micros = micros
            return true
        case .half:
            switch cursor.letters().lowercased() {
            case "am", "a": fields.isAfternoon = false
            case "pm", "p": fields.isAfternoon = true
            default: return false
            }
            return true
        case .zone:
            guard let offset = cursor.offset() else { return false }
            fields.offsetMinutes = offset
            return true
        case .zoneName: return ["utc", "gmt", "z", "ut"].contains(cursor.letters().lowercased())
        case .monthName, .shortMonthName:
            let name = cursor.letters().lowercased()
            let found = months.firstIndex { $0.lowercased() == name || $0.lowercased().prefix(3) == name }
            return set(\.month, found.map { Int64($0) + 1 }, 1...12)
        case .dayName, .shortDayName: return !cursor.letters().isEmpty
        case .dayOfYear:
            guard let day = cursor.number(1...3), (1...366).contains(day) else { return false }
            fields.dayOfYear = day
            return true
        case .epoch:
            guard let seconds = cursor.signed() else { return false }
            fields.epoch = seconds
            return true
        }
    }

    private static func time(_ fields: Fields) -> Timestamp? {
        if let epoch = fields.epoch {
            guard abs(epoch) < 300_000_000_000 else { return nil }
            let time = Timestamp(microseconds: epoch * 1_000_000 + fields.micros)
            return time.isPlausible ? time : nil
        }
        var hour = fields.hour
        if let isAfternoon = fields.isAfternoon {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        // The date is checked by the parser of RFC 3339, which knows the lengths of months.
        let month = fields.dayOfYear == nil ? fields.month : 1
        let day = fields.dayOfYear == nil ? fields.day : 1
        guard let midnight = Timestamp(rfc3339: "\(padded(fields.year, 4))-\(padded(month, 2))-\(padded(day, 2))")
        else { return nil }
        var seconds = hour * 3600 + fields.minute * 60 + fields.second - fields.offsetMinutes * 60
        if let dayOfYear = fields.dayOfYear { seconds += (dayOfYear - 1) * 86_400 }
        let time = Timestamp(microseconds: midnight.microseconds + seconds * 1_000_000 + fields.micros)
        return time.isPlausible ? time : nil
    }

    static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

/// Steps through the bytes of a time.
private struct Cursor {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { index == bytes.count }
    private var digit: Int64? {
        guard index < bytes.count, bytes[index] &- 48 < 10 else { return nil }
        return Int64(bytes[index] - 48)
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func takeSpaces() -> Bool {
        let start = index
        while index < bytes.count, bytes[index] == 32 { index += 1 }
        return index > start
    }

    mutating func number(_ length: ClosedRange<Int>) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while count < length.upperBound, let next = digit {
            value = value * 10 + next
            index += 1
            count += 1
        }
        return count >= length.lowerBound ? value : nil
    }

    mutating func signed() -> Int64? {
        let isNegative = take(UInt8(ascii: "-"))
        return number(1...15).map { isNegative ? -$0 : $0 }
    }

    mutating func fraction() -> Int64? {
        var scale: Int64 = 100_000
        var micros: Int64 = 0
        let start = index
        while let next = digit {
            micros += next * scale
            scale /= 10
            index += 1
        }
        return index > start ? micros : nil
    }

    mutating func letters() -> String {
        let start = index
        while index < bytes.count, bytes[index] | 0x20 >= UInt8(ascii: "a"), bytes[index] | 0x20 <= UInt8(ascii: "z") {
            index += 1
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// Minutes east of UTC.
    mutating func offset() -> Int64? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        let sign: Int64
        if take(UInt8(ascii: "+")) { sign = 1 } else if take(UInt8(ascii: "-")) { sign = -1 } else { return nil }
        guard let hours = number(2...2), hours < 24 else { return nil }
        _ = take(UInt8(ascii: ":"))
        guard digit != nil else { return sign * hours * 60 }
        guard let minutes = number(2...2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

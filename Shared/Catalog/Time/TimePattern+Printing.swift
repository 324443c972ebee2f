import Models

extension TimePattern {
    /// The text of `time`, in UTC.
    func print(_ time: Timestamp) -> String {
        let seconds = time.microseconds.flooringQuotient(by: 1_000_000)
        let micros = time.microseconds.flooringRemainder(by: 1_000_000)
        let text = Array(Timestamp(microseconds: seconds * 1_000_000).description.utf8)
        // `yyyy-mm-ddThh:mm:ssZ`
        func number(_ range: Range<Int>) -> Int64 {
            range.reduce(0) { $0 * 10 + (text.indices.contains($1) ? Int64(text[$1] &- 48) : 0) }
        }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        let dayNumber = seconds.flooringQuotient(by: 86_400)
        var out: [UInt8] = []
        for item in items {
            switch item {
            case .literal(let byte): out.append(byte)
            case .space: out.append(32)
            case .part(let part):
                let written: String
                switch part {
                case .year: written = Self.padded(year, 4)
                case .shortYear: written = Self.padded(year % 100, 2)
                case .month: written = Self.padded(month, 2)
                case .day: written = Self.padded(day, 2)
                case .spacedDay: written = day < 10 ? " \(day)" : String(day)
                case .hour: written = Self.padded(hour, 2)
                case .hourOf12: written = Self.padded((hour + 11) % 12 + 1, 2)
                case .minute: written = Self.padded(minute, 2)
                case .second: written = Self.padded(second, 2)
                case .fraction: written = Self.padded(micros, 6)
                case .milliseconds: written = Self.padded(micros / 1000, 3)
                case .half: written = hour < 12 ? "AM" : "PM"
                case .zone: written = "+0000"
                case .zoneName: written = "UTC"
                case .monthName, .shortMonthName:
                    let name = Self.months[Int((month + 11) % 12)]
                    written = part == .monthName ? name : String(name.prefix(3))
                case .dayName, .shortDayName:
                    let name = Self.days[Int(dayNumber.flooringRemainder(by: 7))]
                    written = part == .dayName ? name : String(name.prefix(3))
                case .dayOfYear:
                    let newYear = Timestamp(rfc3339: "\(Self.padded(year, 4))-01-01")?.microseconds ?? 0
                    let start = newYear.flooringQuotient(by: 86_400_000_000)
                    written = Self.padded(dayNumber - start + 1, 3)
                case .epoch: written = String(seconds)
                }
                out.append(contentsOf: written.utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

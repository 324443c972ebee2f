import Models

/// The date of HTTP headers (RFC 9110, 5.6.7), also in the form that e-mail uses.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]  // 1970-01-01 was a Thursday

    static func parse(_ text: String) -> Timestamp? {
        var parts = text.split { $0 == " " || $0 == "," }.map(String.init)
        if let first = parts.first, first.first?.isLetter == true { parts.removeFirst() }
        // The older form has hyphens in the date; those of a zone are signs.
        if let first = parts.first, first.contains("-") {
            parts.replaceSubrange(0..<1, with: first.split(separator: "-").map(String.init))
        }
        guard parts.count >= 4, let day = Int(parts[0]), let month = months.firstIndex(of: parts[1]),
            var year = Int(parts[2])
        else { return nil }
        if parts[2].count == 2 { year += year < 70 ? 2000 : 1900 }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        guard (1...31).contains(day), (1...9999).contains(year) else { return nil }
        let yearText = String(repeating: "0", count: 4 - String(year).count) + String(year)
        var zone = parts.count > 4 ? parts[4] : "GMT"
        if zone == "GMT" || zone == "UT" || zone == "UTC" { zone = "Z" }
        return Timestamp(rfc3339: "\(yearText)-\(two(month + 1))-\(two(day))T\(parts[3])\(zone)")
    }

    static func print(_ time: Timestamp) -> String {
        let text = Array(time.description.utf8.prefix(19))
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let day = Int(time.microseconds.flooringQuotient(by: 86_400_000_000).flooringRemainder(by: 7))
        let month = months[max(0, min(11, (Int(part(5..<7)) ?? 1) - 1))]
        return "\(days[day]), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
    }
}

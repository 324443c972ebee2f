import Models

/// Dates of headers (RFC 9110, 5.6.7).
public enum HTTPDate {
    /// Reads the usual form (`Sun, 06 Nov 1994 08:49:37 GMT`) and the two obsolete ones that a recipient must accept:
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. Nil for everything else. The name of the day
    /// is not compared with the date.
    ///
    /// A year of two digits that would lie more than 50 years after `now` belongs to the century before.
    public static func parse(_ text: some StringProtocol, now: Timestamp) -> Timestamp? {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," })
        // IMF-fixdate: day-name day month year time GMT
        if words.count == 6, isZone(words[5]), let year = number(words[3], digits: 4...4) {
            return time(year: year, month: words[2], day: number(words[1], digits: 1...2), clock: words[4])
        }
        // rfc850-date: day-name day-month-year time GMT
        if words.count == 4, isZone(words[3]) {
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3 else { return nil }
            let year = number(date[2], digits: 2...2).map { completed($0, now: now) } ?? number(date[2], digits: 4...4)
            return year.flatMap {
                time(year: $0, month: date[1], day: number(date[0], digits: 1...2), clock: words[2])
            }
        }
        // asctime-date: day-name month day time year
        if words.count == 5, let year = number(words[4], digits: 4...4) {
            return time(year: year, month: words[1], day: number(words[2], digits: 1...2), clock: words[3])
        }
        return nil
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    private static func time(
        year: Int, month: some StringProtocol, day: Int?, clock: some StringProtocol
    ) -> Timestamp? {
        guard let month = months.firstIndex(of: month.lowercased()), let day else { return nil }
        let date = "\(padded(year, 4))-\(padded(month + 1, 2))-\(padded(day, 2))"
        guard clock.utf8.count == 8 else { return nil }
        return Timestamp(rfc3339: "\(date)T\(clock)Z")
    }

    private static func isZone(_ word: some StringProtocol) -> Bool { ["GMT", "UTC"].contains(word.uppercased()) }

    private static func number(_ text: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func completed(_ twoDigits: Int, now: Timestamp) -> Int {
        let current = Int(now.description.prefix(4)) ?? 2000
        let year = current - current % 100 + twoDigits
        return year > current + 50 ? year - 100 : year
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension HTTPResponse {
    /// The server's clock when it answered (`Date`), nil if it does not say.
    public func date(now: Timestamp) -> Timestamp? {
        header("Date").flatMap { HTTPDate.parse($0, now: now) }
    }
}

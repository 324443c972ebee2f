import Catalog
import Models

/// The readers of times: printed times and patterns, damaged, read and printed again.
struct TimestampTarget: FuzzTarget {
    private static let patterns = [
        "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f%z", "%b %e, %Y %I:%M:%S %p", "%A %B %d %Y", "%j %Y", "%s", "%y%m%d",
        "%a, %d %b %Y %T %Z", "%F %T.%L", "%%%Y",
    ]
    private static let words = [
        "T", "Z", "+", "-", ":", ".", " ", "00", "24", "59", "60", "61", "99", "0000", "9999", "10000", "-0001", "é",
        "9223372036854775807", "-9223372036854775808", "1e18", "1e400", "NaN", "inf", ".5", "5.", "%", "%Q", "%Y", "%f",
        "AM", "pm", "GMT", "UTC", "+99:99", "+24:00", "-00:00", "Feb 29", "02-29", "2026-W05-6", "Monday", "\u{0}", "٣",
    ].map { Array($0.utf8) }

    private static let formats = TimestampFormat.named.map(\.format)

    mutating func feed(_ random: inout SeededRandom) -> Bool {
        let time = Timestamp(
            microseconds: Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<40, using: &random))
        var written = Self.patterns.map { Array($0.utf8) }
        let pattern = random.damaged(random.pick(written) ?? [], others: written, words: Self.words)
        let format: TimestampFormat? =
            random.chance(2)
            ? TimestampFormat(String(decoding: pattern, as: UTF8.self)) : random.pick(Self.formats)
        guard let format else { return false }
        let printed = Array(format.print(time).utf8)
        written.append(printed)
        let text = String(decoding: random.damaged(printed, others: written, words: Self.words), as: UTF8.self)
        let read = format.parse(text)
        _ = Timestamp(rfc3339: text)
        guard let read else { return false }
        _ = format.print(read)
        return true
    }
}

/// Durations as people write them: a number and one of `ms`, `s`, `m`, `h`, `d`.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    private static let limit: Int64 = 3650 * 86_400_000

    /// The duration that `text` names, or nil if it names none or more than ten years.
    public static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard let first = digits.first, first.isNumber, let number = Int64(digits) else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
            return overflow || product > limit ? nil : .milliseconds(product)
        }
        return nil
    }

    /// `duration` in the largest unit that needs no fraction, rounded down to milliseconds.
    public static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        for unit in units.reversed() where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}

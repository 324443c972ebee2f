import Catalog
import Models
import Testing

@Suite("Formats of times")
struct TimestampFormatTests {
    @Test(arguments: [
        (TimestampFormat.iso8601, "2026-01-31T12:00:00Z"), (.iso8601Milliseconds, "2026-01-31T12:00:00.000Z"),
        (.sql, "2026-01-31 12:00:00"),
        (.epoch, "1769860800"), (.epochMilliseconds, "1769860800000"), (.epochMicroseconds, "1769860800000000"),
        (.http, "Sat, 31 Jan 2026 12:00:00 GMT"),
    ])
    func printAndReadTheSameTime(_ format: TimestampFormat, _ text: String) {
        #expect(format.print(.noon) == text)
        #expect(format.parse(text) == .noon)
    }

    @Test func dateIsMidnight() {
        #expect(TimestampFormat.date.print(.noon) == "2026-01-31")
        #expect(TimestampFormat.date.parse("2026-01-31") == .noon - .seconds(43_200))
    }

    @Test func fractionsOfSecondsAreRead() {
        #expect(TimestampFormat.epoch.parse("1769860800.25") == .noon + .milliseconds(250))
        #expect(TimestampFormat.epochMilliseconds.parse("1769860800000.5") == .noon + .microseconds(500))
        #expect(TimestampFormat.epoch.parse("-1.5") == Timestamp(microseconds: -1_500_000))
    }

    @Test(arguments: [
        "", "-", "x", "1.2.3", "99999999999999999999", "999999999999999999", "1e9", "2026-02-30",
        "2026-01-31T25:00:00Z",
    ])
    func nonsenseIsNoTime(_ text: String) {
        for (name, format) in TimestampFormat.named { #expect(format.parse(text) == nil, "\(name)") }
    }

    @Test(arguments: [
        "Sat, 31 Jan 2026 07:00:00 -0500", "31 Jan 2026 12:00:00 GMT", "Saturday, 31-Jan-26 12:00:00 GMT",
        "Sat, 31 Jan 2026 13:00:00 +0100",
    ])
    func datesOfMailAndOlderHeadersAreRead(_ text: String) {
        #expect(TimestampFormat.http.parse(text) == .noon)
    }

    @Test func timesBefore1970KeepTheirOrder() {
        let early = Timestamp(microseconds: -1)
        #expect(TimestampFormat.epoch.print(early) == "-1")
        #expect(TimestampFormat.iso8601Milliseconds.print(early) == "1969-12-31T23:59:59.999Z")
    }

    @Test func windowsAreCutToThePrecisionAndNeverLoseTheBound() {
        let at = Timestamp(microseconds: 1_769_860_800_700_000)
        let rules = WindowRules(settle: .seconds(60), precision: .seconds(1), bound: .inclusive)
        #expect(rules.since(completeUntil: at) == .noon - .seconds(60))
        #expect(rules.until(at) == .noon + .seconds(1))
        let exclusive = WindowRules(settle: .zero, precision: .seconds(1), bound: .exclusive)
        #expect(exclusive.since(completeUntil: at) == .noon - .seconds(1))
    }

    @Test func pausesAreReadInEveryForm() {
        #expect(PauseHeader.time("30", now: .noon) == .noon + .seconds(30))
        #expect(PauseHeader.time("0.5", now: .noon) == .noon + .milliseconds(500))
        #expect(PauseHeader.time("1769860890", now: .noon) == .noon + .seconds(90))
        #expect(PauseHeader.time("1769860890000", now: .noon) == .noon + .seconds(90))
        #expect(PauseHeader.time("Sat, 31 Jan 2026 12:01:00 GMT", now: .noon) == .noon + .seconds(60))
        #expect(PauseHeader.time("2026-01-31T12:01:00Z", now: .noon) == .noon + .seconds(60))
        #expect(PauseHeader.time("1", now: .noon + .seconds(10)) == .noon + .seconds(11))
        #expect(PauseHeader.time("1769860000", now: .noon) == .noon)
        #expect(PauseHeader.time("99999999", now: .noon) == .noon + .seconds(86_400))
        #expect(PauseHeader.time("-5", now: .noon) == nil)
        #expect(PauseHeader.time("soon", now: .noon) == nil)
    }
}

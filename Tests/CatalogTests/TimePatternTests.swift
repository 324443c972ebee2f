import Catalog
import Models
import Testing

@Suite("Patterns of times")
struct TimePatternTests {
    /// 2026-01-31T15:04:05.25Z.
    static let moment = Timestamp.noon + .milliseconds(11_045_250)

    @Test(arguments: [
        ("%d/%m/%Y %H:%M:%S.%f", "31/01/2026 15:04:05.250000"),
        ("%m/%d/%Y %I:%M:%S.%L %p", "01/31/2026 03:04:05.250 PM"),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-31T15:04:05.250000+0000"), ("%b %e, %Y %T.%L", "Jan 31, 2026 15:04:05.250"),
        ("%A, %d %B %Y %H:%M:%S.%L %Z", "Saturday, 31 January 2026 15:04:05.250 UTC"),
        ("%a %y%m%d%H%M%S%f", "Sat 260131150405250000"), ("%Y/%j %T.%L", "2026/031 15:04:05.250"),
        ("%s.%f", "1769871845.250000"),
        ("at 100%% %F %T.%L", "at 100% 2026-01-31 15:04:05.250"),
    ])
    func printAndReadTheSameTime(_ pattern: String, _ text: String) throws {
        let format = try TimestampFormat(pattern).orFail()
        #expect(format.print(Self.moment) == text)
        #expect(format.parse(text) == Self.moment)
    }

    @Test(arguments: [
        ("%Y-%m-%d %H:%M:%S %z", "2026-01-31 13:00:00 +01:00"), ("%Y-%m-%d %H:%M:%S%z", "2026-01-31 12:00:00Z"),
        ("%d-%b-%Y %H:%M", "31-JAN-2026 12:00"), ("%m/%d/%y %I:%M %p", "1/31/26  12:00 pm"),
        ("%d.%m.%Y %H", "31.1.2026 12"), ("%Y-%m-%d %H:%M:%S%z", "2026-01-31 06:30:00-0530"),
    ])
    func zonesNamesAndSingleDigitsAreRead(_ pattern: String, _ text: String) throws {
        #expect(try TimestampFormat(pattern).orFail().parse(text) == .noon)
    }

    @Test(arguments: [
        ("%d/%m/%Y", "31/02/2026"), ("%d/%m/%Y", "31-01-2026"), ("%d/%m/%Y", "31/01/2026 "), ("%d/%m/%Y", "1/13/2026"),
        ("%Y-%m-%d %I %p", "2026-01-31 13 PM"), ("%Y-%m-%d %Z", "2026-01-31 CET"), ("%Y %b", "2026 Mai"), ("%s", ""),
        ("%s", "99999999999999999999"), ("%Y", "0000"), ("%Y %j", "2026 0"), ("%Y-%m-%d", "２０２６-01-31"),
    ])
    func whatDoesNotFitIsNoTime(_ pattern: String, _ text: String) throws {
        let trimmedFits = ["31/01/2026 "]
        let parsed = try TimestampFormat(pattern).orFail().parse(text)
        #expect(trimmedFits.contains(text) ? parsed != nil : parsed == nil)
    }

    @Test func unknownLettersAndPatternsWithoutYearAreRefused() {
        for pattern in ["%Q", "%d/%m", "%Y%", "plain", "%"] { #expect(TimestampFormat(pattern) == nil, "\(pattern)") }
    }

    @Test func filtersReadAndPrintPatterns() throws {
        var scope = Scope()
        scope.since = .noon
        let printed = try Template("{{ since | format('%d.%m.%Y') }}", names: .request).value(in: scope)
        #expect(printed == .text("31.01.2026"))
        let read = try Template("{{ '31.01.2026 12h' | time('%d.%m.%Y %Hh') }}", names: .request).value(in: scope)
        #expect(read == .time(.noon))
        #expect(throws: ExpressionProblem.self) { try Template("{{ since | format('%Q') }}", names: .request) }
    }
}

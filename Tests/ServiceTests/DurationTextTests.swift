import Service
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
        ("7d", .seconds(604_800)), ("0", .zero), ("0s", .zero),
    ])
    func durationsAreUnderstood(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: ["", "s", "10", "-5s", "+5s", "1.5s", "5 s", "5x", "99999999999999999999d", "4000d", "９s"])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["500ms", "10s", "5m", "2h", "7d", "90s", "1500ms", "0s"])
    func durationsAreWrittenAsTheyAreRead(text: String) {
        #expect(DurationText.parse(text).map(DurationText.format) == text)
    }
}

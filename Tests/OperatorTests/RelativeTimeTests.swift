import Models
import Operator
import Testing

@Suite("Times as somebody would say them")
struct RelativeTimeTests {
    private let now = Timestamp(seconds: 1_769_860_800)

    @Test(
        arguments: [
            (0, "now"), (-1, "1s ago"), (-119, "119s ago"), (-120, "2m ago"), (-7199, "119m ago"), (-7200, "2h ago"),
            (-172_799, "47h ago"), (-172_800, "2d ago"), (59, "in 59s"), (3600, "in 60m"), (864_000, "in 10d"),
        ])
    func areRounded(_ seconds: Int, _ text: String) {
        #expect(RelativeTime.text(now + .seconds(seconds), now: now) == text)
    }

    @Test func mayBeMissing() {
        #expect(RelativeTime.text(nil, now: now) == "never")
        #expect(RelativeTime.text(nil, now: now, none: "-") == "-")
    }
}

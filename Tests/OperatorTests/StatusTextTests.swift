import Models
import Operator
import Storage
import Testing

@Suite("Status for a person")
struct StatusTextTests {
    private let now = Timestamp(seconds: 1_769_860_800)

    private func report(_ name: String, failure: (String, String, String?)? = nil) -> ObjectReport {
        ObjectReport(
            name: name, id: PublicID(now: now), provider: "stripe", type: "accounts", state: "idle",
            lastSyncedAt: now - .seconds(61), completeUntil: now, nextDueAt: now + .seconds(240), run: 7, records: 1234,
            rejected: 2, failureClass: failure?.0, failureCause: failure?.1, failureAdvice: failure?.2)
    }

    @Test func hasARowForEachObject() {
        let lines = StatusText.table([report("acme/stripe/customers"), report("acme/stripe/charges")], now: now)
            .split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].split(separator: " ").first == "OBJECT")
        let row = lines[1].split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        #expect(row == "acme/stripe/customers idle 61s ago in 4m 1234 2")
    }

    @Test func saysWhatIsWrongAndWhatToDo() {
        let text = StatusText.table(
            [report("a/b/c", failure: ("authorization", "the key is refused", "reconnect"))], now: now)
        #expect(text.hasSuffix("authorization: the key is refused — reconnect"))
    }

    @Test func anObjectThatWasNeverSyncedSaysSo() {
        var object = report("a/b/c")
        object.lastSyncedAt = nil
        object.nextDueAt = nil
        #expect(StatusText.table([object], now: now).contains("never        -"))
    }
}

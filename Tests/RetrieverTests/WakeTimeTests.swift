import Models
import Retriever
import Testing

@Suite("When a postponed run goes on") struct WakeTimeTests {
    private let now = Timestamp(microseconds: 1_800_000_000_000_000)

    private func wake(_ retryAt: Timestamp?, postponements: Int = 0) -> Timestamp {
        var generator = SystemRandomNumberGenerator()
        return WakeTime.after(
            Failure(.throttled, "429", retryAt: retryAt), postponements: postponements, now: now, using: &generator)
    }

    @Test func `a time that the provider names is kept`() {
        #expect(wake(now + .milliseconds(20)) == now + .milliseconds(20))
        #expect(wake(now + .seconds(3600)) == now + .seconds(3600))
    }

    @Test(arguments: [-86_400, -1, 0])
    func `a time that has passed is no leave to ask at once`(seconds: Int) {
        for _ in 0..<200 {
            let time = wake(now + .seconds(seconds))
            #expect(time >= now + WakeTime.least && time <= now + .seconds(10))
        }
    }

    @Test func `where no time is named the wait grows with the postponements, up to a quarter of an hour`() {
        #expect((0..<200).allSatisfy { _ in wake(nil) <= now + .seconds(10) })
        #expect((0..<200).contains { _ in wake(nil, postponements: 4) > now + .seconds(40) })
        #expect((0..<200).allSatisfy { _ in wake(nil, postponements: 60) <= now + .seconds(900) })
    }
}

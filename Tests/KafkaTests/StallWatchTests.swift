import Kafka
import Testing

@Suite("A producer that is never answered again") struct StallWatchTests {
    private let start = ContinuousClock.now

    /// What the watch says when the broker is probed at a second.
    private func probe(_ watch: inout StallWatch, _ isReachable: Bool, at second: Int) -> Bool {
        watch.probed(isReachable: isReachable, at: start + .seconds(second))
    }

    @Test("is given up soon after a broken connection is back, and not before")
    func afterDisconnect() {
        var watch = StallWatch(at: start)
        watch.disconnected()
        #expect(!watch.wantsProbe(at: start + .milliseconds(900)))
        #expect(watch.wantsProbe(at: start + .seconds(1)))
        let away = (1...20).map { probe(&watch, false, at: $0) }
        #expect(!away.contains(true))
        let back = (21...24).map { probe(&watch, true, at: $0) }
        #expect(back == [false, false, false, true])
    }

    @Test("is given more time where the connection never broke")
    func slow() {
        var watch = StallWatch(at: start)
        #expect(!watch.wantsProbe(at: start + .seconds(9)))
        #expect(watch.wantsProbe(at: start + .seconds(10)))
        let answers = [10, 19, 20].map { probe(&watch, true, at: $0) }
        #expect(answers == [false, false, true])
    }

    @Test("is not one that is acknowledged something, and idling forgets no broken connection")
    func progress() {
        var watch = StallWatch(at: start)
        watch.disconnected()
        watch.progressed(at: start + .seconds(5), acknowledged: false)
        #expect(watch.wantsProbe(at: start + .seconds(6)))
        watch.progressed(at: start + .seconds(7), acknowledged: true)
        #expect(!watch.wantsProbe(at: start + .seconds(16)))
        #expect(watch.wantsProbe(at: start + .seconds(17)))
    }
}

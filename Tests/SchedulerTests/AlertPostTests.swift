import HTTPClient
import Models
import Scheduler
import Service
import Storage
import Synchronization
import Testing

@Suite struct AlertPostTests {
    /// A channel that fails as often as it is told to.
    private final class FlakyChannel: AlertChannel {
        private let state: Mutex<(failures: [AlertChannelError], sent: [PublicID])>
        init(_ failures: [AlertChannelError]) { state = Mutex((failures, [])) }
        var sent: [PublicID] { state.withLock { $0.sent } }

        func send(_ delivery: AlertDelivery, now: Timestamp) async throws(AlertChannelError) {
            let failure: AlertChannelError? = state.withLock { state in
                state.sent.append(delivery.messageID)
                return state.failures.isEmpty ? nil : state.failures.removeFirst()
            }
            if let failure { throw failure }
        }
    }

    private let clock = ManualClock()
    private let trouble = AlertChannelError(isPermanent: false, "it answers 503")

    private func post(_ channel: FlakyChannel, _ store: MemoryRunLedger, tries: Int = 30) -> AlertPost {
        AlertPost(
            store: store, channels: [.webhook: channel], clock: clock,
            backoff: Backoff(base: .seconds(10), cap: .seconds(60)), tries: tries)
    }

    @Test func `an alert is sent once, however often one looks`() async throws {
        let channel = FlakyChannel([])
        let post = post(channel, try await Alerting.ledger(clock))
        #expect(try await post.deliver().delivered == 1)
        for _ in 0..<5 {
            clock.advance(by: .seconds(600))
            #expect(try await post.deliver() == AlertPost.Round())
        }
        #expect(channel.sent.count == 1)
    }

    @Test func `a try that fails is made again later, with the same id`() async throws {
        let channel = FlakyChannel([trouble, trouble])
        let post = post(channel, try await Alerting.ledger(clock))
        #expect(try await post.deliver().failed == 1)
        #expect(try await post.deliver() == AlertPost.Round())
        clock.advance(by: .seconds(10))
        #expect(try await post.deliver().failed == 1)
        clock.advance(by: .seconds(10))
        #expect(try await post.deliver() == AlertPost.Round(), "the second pause is longer")
        clock.advance(by: .seconds(10))
        #expect(try await post.deliver().delivered == 1)
        #expect(channel.sent.count == 3)
        #expect(Set(channel.sent).count == 1)
    }

    @Test func `what is refused for good, or too often, is given up`() async throws {
        let gone = FlakyChannel([AlertChannelError(isPermanent: true, "gone")])
        let first = post(gone, try await Alerting.ledger(clock))
        _ = try await first.deliver()
        clock.advance(by: .seconds(3600))
        #expect(try await first.deliver() == AlertPost.Round())
        let deaf = FlakyChannel(Array(repeating: trouble, count: 9))
        let second = post(deaf, try await Alerting.ledger(clock), tries: 3)
        for _ in 0..<9 {
            _ = try await second.deliver()
            clock.advance(by: .seconds(3600))
        }
        #expect(deaf.sent.count == 3)
    }

    @Test func `where nobody is to be told, alerts wait for the day when somebody is`() async throws {
        let ledger = try await Alerting.ledger(clock)
        let silent = AlertPost(store: ledger, channels: [:], clock: clock)
        #expect(try await silent.deliver() == AlertPost.Round())
        #expect(try await post(FlakyChannel([]), ledger).deliver().delivered == 1)
    }
}

import Models
import Service
import Synchronization
import Testing

@Suite struct RetryingTests {
    private struct Away: Error, CustomStringConvertible { var description: String { "connection refused" } }
    private struct Wrong: Error {}

    private let clock = ManualClock()
    private let output = MemoryLogOutput()
    private var logger: Logger { Logger(label: "test", system: LogSystem(output: output)) }

    @Test func theBoundDoublesUpToTheCap() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        #expect(
            (1...6).map { backoff.bound(after: $0) }.map(\.microseconds)
                == [100, 200, 400, 800, 1000, 1000].map { $0 * 1000 })
        #expect(backoff.bound(after: .max) == .seconds(1))
        #expect(backoff.bound(after: 0) == .milliseconds(100))
    }

    @Test func theDelayIsSpreadOverAllOfTheBound() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        let delays = (0..<1000).map { _ in backoff.delay(after: 3) }
        #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(delays.contains { $0 < .milliseconds(60) } && delays.contains { $0 > .milliseconds(340) })
    }

    @Test func itWaitsUntilTheDependencyIsBackAndSaysSoSeldom() async throws {
        let attempts = Mutex(0)
        let task = Task { [clock, logger] in
            try await retrying("Postgres at db", clock: clock, logger: logger, backoff: Backoff(base: .seconds(1))) {
                let attempt = attempts.withLock { count in
                    count += 1
                    return count
                }
                if attempt <= 20 { throw Away() }
                return attempt
            }
        }
        for _ in 0..<20 {
            await clock.untilAsleep()
            clock.advance(by: .seconds(30))
        }
        #expect(try await task.value == 21)
        let lines = output.lines
        #expect(lines.filter { $0.contains("it is away; waiting for it") }.count == 5)
        #expect(lines.first?.hasSuffix("attempt=1  dependency=Postgres at db  error=connection refused") == true)
        #expect(lines.last?.contains("it is back  attempt=21  dependency=Postgres at db") == true)
    }

    @Test func whatNoWaitingMendsIsThrownAtOnce() async {
        await #expect(throws: Wrong.self) {
            try await retrying("x", clock: clock, logger: logger, isRetryable: { $0 is Away }) { throw Wrong() }
        }
        #expect(output.lines.isEmpty)
    }

    @Test func aCancelledTaskStopsWaiting() async {
        let task = Task { [clock, logger] in
            try await retrying("x", clock: clock, logger: logger, backoff: Backoff(base: .seconds(9))) { throw Away() }
        }
        await clock.untilAsleep()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

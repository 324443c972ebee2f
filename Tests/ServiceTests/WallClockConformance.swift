import Models
import Service
import Testing

/// What every clock promises. `move` makes time pass for those that are asleep.
func expectConformance(_ clock: some WallClock, move: @escaping @Sendable (Duration) async -> Void) async throws {
    let begin = clock.now
    async let moved: Void = move(.milliseconds(20))
    try await clock.sleep(for: .milliseconds(20))
    await moved
    #expect(clock.now >= begin + .milliseconds(20), "a sleep lasts at least as long as asked")

    try await clock.sleep(for: .zero)
    try await clock.sleep(for: .seconds(-1))

    let sleeper = Task { try await clock.sleep(for: .seconds(3600)) }
    sleeper.cancel()
    await #expect(throws: CancellationError.self, "a cancelled sleep ends with CancellationError") {
        try await sleeper.value
    }
    let late = Task {
        while !Task.isCancelled { await Task.yield() }
        try await clock.sleep(for: .zero)
    }
    late.cancel()
    await #expect(throws: CancellationError.self, "a sleep of a cancelled task does not begin") { try await late.value }
}

@Suite struct WallClockTests {
    @Test func theSystemClockConforms() async throws {
        try await expectConformance(SystemClock()) { _ in }
    }

    @Test func theManualClockConforms() async throws {
        let clock = ManualClock()
        try await expectConformance(clock) { duration in
            await clock.untilAsleep()
            clock.advance(by: duration)
        }
    }

    @Test func theManualClockWakesOnlyWhoseTimeHasCome() async throws {
        let clock = ManualClock(now: Timestamp(seconds: 100))
        let short = Task { try await clock.sleep(for: .seconds(1)) }
        let long = Task { try await clock.sleep(for: .seconds(2)) }
        await clock.untilAsleep(2)
        clock.advance(by: .seconds(1))
        try await short.value
        #expect(clock.sleeperCount == 1)
        #expect(clock.now == Timestamp(seconds: 101))
        clock.advance(by: .seconds(1))
        try await long.value
        #expect(clock.sleeperCount == 0)
    }
}

import Models
import Storage
import StorageConformance
import Synchronization
import Testing

/// A clock that the checks move.
private final class MovedClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { time.withLock { $0 = $0 + duration } }
}

private struct MemoryFixture: BudgetFixture {
    let clock: MovedClock
    let budgets: any BudgetStore

    init() {
        clock = MovedClock()
        budgets = MemoryBudgetStore(clock: clock)
    }

    func pass(_ duration: Duration) async throws { try await clock.sleep(for: duration) }
}

@Suite struct MemoryBudgetStoreTests {
    @Test(arguments: BudgetCheck.all) func keepsTheRule(check: BudgetCheck) async throws {
        try await check.run(MemoryFixture())
    }
}

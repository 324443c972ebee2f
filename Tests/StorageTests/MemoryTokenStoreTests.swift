import Models
import Storage
import StorageConformance
import Synchronization
import Testing

/// The memory store as the checks see it.
private struct MemoryFixture: TokenStoreFixture {
    let tokens: MemoryTokenStore
    let integration: Int64 = 7
    var store: any TokenStore { tokens }
    func revivals() async throws -> Int { await tokens.revived.count }
    func stopIntegration() async throws {}
}

/// A clock that moves a millisecond each time it is read.
private final class TickingClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000))
    var now: Timestamp {
        time.withLock {
            $0.microseconds += 1000
            return $0
        }
    }
    func sleep(for duration: Duration) async throws {}
}

@Suite struct MemoryTokenStoreTests {
    @Test(arguments: TokenStoreCheck.all) func keepsTheRule(check: TokenStoreCheck) async throws {
        try await check.run(MemoryFixture(tokens: MemoryTokenStore(clock: TickingClock())))
    }
}

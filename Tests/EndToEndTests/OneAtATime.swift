import Synchronization
import Testing

/// Runs the tests of all suites that have it one after the other: each one starts a dozen processes, measures how fast
/// they are, or restarts what the others need.
struct OneAtATime: TestTrait, SuiteTrait, TestScoping {
    private static let turn = Turn()

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Self.turn.take()
        defer { Self.turn.pass() }
        try await function()
    }

    /// Who waits, in the order of their coming.
    private final class Turn: Sendable {
        private let state = Mutex<(isTaken: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func take() async {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    if state.isTaken {
                        state.waiting.append(continuation)
                        return false
                    }
                    state.isTaken = true
                    return true
                }
                if isFree { continuation.resume() }
            }
        }

        func pass() {
            let next: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard !state.waiting.isEmpty else {
                    state.isTaken = false
                    return nil
                }
                return state.waiting.removeFirst()
            }
            next?.resume()
        }
    }
}

extension Trait where Self == OneAtATime {
    /// While this test runs, no other one does that has this trait.
    static var alone: Self { Self() }
}

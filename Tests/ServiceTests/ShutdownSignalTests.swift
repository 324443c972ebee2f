import Models
import Service
import Synchronization
import Testing

@Suite struct ShutdownSignalTests {
    private let signal = ShutdownSignal()

    @Test func whoWaitsIsWokenAndWhoComesLaterDoesNotWait() async {
        let waiter = Task { [signal] in await signal.wait() }
        #expect(!signal.isShuttingDown)
        signal.trigger()
        await waiter.value
        await signal.wait()
        #expect(signal.isShuttingDown)
    }

    @Test func aCancelledWaitReturns() async {
        let waiter = Task { [signal] in await signal.wait() }
        waiter.cancel()
        await waiter.value
        #expect(!signal.isShuttingDown)
    }

    @Test func handlersAreCalledOnceInOrderUnlessRemoved() {
        let calls = Mutex<[Int]>([])
        signal.onShutdown { calls.withLock { $0.append(1) } }
        let removed = signal.onShutdown { calls.withLock { $0.append(2) } }
        signal.onShutdown { calls.withLock { $0.append(3) } }
        removed.remove()
        signal.trigger()
        signal.trigger()
        signal.onShutdown { calls.withLock { $0.append(4) } }
        #expect(calls.withLock { $0 } == [1, 3, 4])
    }

    @Test func anOperationIsCancelledByTheSignal() async {
        let clock = ManualClock()
        let task = Task { [signal] in try await signal.cancelling { try await clock.sleep(for: .seconds(5)) } }
        await clock.untilAsleep()
        signal.trigger()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aSleepSaysWhetherToGoOn() async {
        let clock = ManualClock()
        let first = Task { [signal] in await signal.sleep(for: .seconds(5), clock: clock) }
        await clock.untilAsleep()
        clock.advance(by: .seconds(5))
        #expect(await first.value)
        let second = Task { [signal] in await signal.sleep(for: .seconds(5), clock: clock) }
        await clock.untilAsleep()
        signal.trigger()
        #expect(await second.value == false)
    }
}

import Glibc
import Models

/// The machine's time and real waiting.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// The machine's time, to the microsecond.
    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Waits by the monotonic clock, so a correction of the machine's time does not lengthen it.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        try await Task.sleep(for: duration, clock: .continuous)
    }
}

import Glibc

/// Nanoseconds of the monotonic clock, for deadlines inside the loop.
enum MonotonicTime {
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The instant `duration` after `start`; never, if that cannot be written.
    static func after(_ duration: Duration, from start: Int64) -> Int64 {
        let parts = duration.components
        guard parts.seconds < 1 << 33 else { return .max }
        return start + max(0, parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }

    /// Whole milliseconds of `duration` as libcurl takes them: at least one (0 means none there), bounded.
    static func milliseconds(_ duration: Duration) -> Int {
        let parts = duration.components
        guard parts.seconds < 1 << 20 else { return 1 << 30 }
        return Int(max(1, parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000))
    }
}

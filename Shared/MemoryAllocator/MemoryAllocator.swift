internal import CJemalloc

/// The allocator of every executable: jemalloc in place of the C library's, which took a seventh of the
/// processor service's time (decision 0008). Linking it is what replaces `malloc`.
public enum MemoryAllocator {
    /// Hands memory that is no longer used back to the system from a thread of its own, and not while something is
    /// being freed.
    /// - Returns: whether jemalloc is there and does so.
    @discardableResult
    public static func releaseInBackground() -> Bool {
        var isOn = true
        return mallctl("background_thread", nil, nil, &isOn, MemoryLayout<Bool>.size) == 0
    }

    /// Bytes that the program has asked for and not given back, and bytes that the system holds for them.
    public static func statistics() -> (allocated: Int, resident: Int)? {
        // The figures stand still until they are told to move on.
        var epoch: UInt64 = 1
        guard mallctl("epoch", nil, nil, &epoch, MemoryLayout<UInt64>.size) == 0,
            let allocated = number("stats.allocated"), let resident = number("stats.resident")
        else { return nil }
        return (allocated, resident)
    }

    private static func number(_ name: String) -> Int? {
        var value = 0
        var size = MemoryLayout<Int>.size
        return mallctl(name, &value, &size, nil, 0) == 0 ? value : nil
    }
}

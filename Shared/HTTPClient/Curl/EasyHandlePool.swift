import CCurl

/// Easy handles between two requests. Reusing them saves their allocation; connections live in the multi handle.
struct EasyHandlePool {
    private let maximum: Int
    private var idle: [UnsafeMutableRawPointer] = []

    init(maximum: Int) { self.maximum = maximum }

    /// A handle without any option set, nil if there is no memory.
    mutating func take() -> UnsafeMutableRawPointer? {
        idle.popLast() ?? curl_easy_init()
    }

    /// Takes a handle back, which is in no multi handle any more, and forgets its options.
    mutating func give(back handle: UnsafeMutableRawPointer) {
        guard idle.count < maximum else { return curl_easy_cleanup(handle) }
        curl_easy_reset(handle)
        idle.append(handle)
    }

    /// Frees all handles.
    mutating func drain() {
        for handle in idle { curl_easy_cleanup(handle) }
        idle = []
    }
}

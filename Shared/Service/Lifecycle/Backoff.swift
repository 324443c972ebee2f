import Models

/// How long to wait before the next attempt: exponential with full jitter, so that many who failed together do not
/// come back together.
public struct Backoff: Sendable, Equatable {
    /// The upper bound before the second attempt.
    public var base: Duration
    /// The upper bound ever.
    public var cap: Duration

    /// A backoff from `base` to `cap`.
    public init(base: Duration = .milliseconds(200), cap: Duration = .seconds(30)) {
        self.base = base
        self.cap = cap
    }

    /// The longest wait after `failures` failures in a row (from 1).
    public func bound(after failures: Int) -> Duration {
        var bound = base
        for _ in 1..<max(2, min(failures, 64)) where failures > 1 && bound < cap { bound = bound * 2 }
        return min(bound, cap)
    }

    /// The wait after `failures` failures in a row (from 1): anything from zero to the bound.
    public func delay(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        .microseconds(Int64.random(in: 0...max(0, bound(after: failures).microseconds), using: &generator))
    }

    /// The wait after `failures` failures in a row (from 1).
    public func delay(after failures: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(after: failures, using: &generator)
    }
}

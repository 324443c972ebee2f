import Models

/// When a server wants to be asked again (RFC 9110, 10.2.3).
public enum RetryAfter: Hashable, Sendable {
    /// After this time.
    case delay(Duration)
    /// Not before this time.
    case time(Timestamp)

    /// Reads seconds, whole as the standard has them or with a fraction as some servers send, or an HTTP date. Nil for
    /// everything else, negative numbers included. Delays are cut at ten years.
    public init?(_ text: String, now: Timestamp) {
        let text = text.drop { $0 == " " }
        let whole = text.prefix { $0.isASCII && $0.isNumber }
        if !whole.isEmpty {
            let rest = text.dropFirst(whole.count)
            guard rest.isEmpty || rest.first == "." && rest.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) else {
                return nil
            }
            // A fraction counts as a whole second: too late is allowed, too early is not.
            let fraction = rest.contains { ("1"..."9").contains($0) } ? 1 : 0
            self = .delay(.seconds(min(Int64(whole) ?? .max, Self.maximumSeconds) + Int64(fraction)))
            return
        }
        guard let time = HTTPDate.parse(text, now: now) else { return nil }
        self = .time(time)
    }

    /// How long to wait from `now`; zero for a time that has passed.
    ///
    /// A time is the server's: pass its own `Date` as `now` where it sent one, so that a clock that is wrong here does
    /// not matter.
    public func wait(from now: Timestamp) -> Duration {
        switch self {
        case .delay(let duration): duration
        case .time(let time): max(.zero, min(.seconds(Self.maximumSeconds), time - now))
        }
    }

    private static let maximumSeconds: Int64 = 315_360_000
}

extension HTTPResponse {
    /// How long the server wants to be left alone (`Retry-After`), nil if it does not say. `now` is our clock; the
    /// server's own is used where it sent `Date`.
    public func retryAfter(now: Timestamp) -> Duration? {
        header("Retry-After").flatMap { RetryAfter($0, now: now) }?.wait(from: date(now: now) ?? now)
    }
}

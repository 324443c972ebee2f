import Models

/// What "changed since" means to the provider.
public struct WindowRules: Sendable, Hashable {
    /// Whether an entry changed exactly at the bound is answered.
    public enum Bound: String, Sendable, CaseIterable {
        case inclusive, exclusive
    }

    /// How long after a change the provider may still be missing it: the window begins that much earlier.
    public var settle: Duration
    /// The unit of the provider's times: bounds are cut down to it.
    public var precision: Duration
    /// Whether the lower bound is inclusive.
    public var bound: Bound

    /// The rules where nothing is said: a minute, microseconds, inclusive.
    public init(settle: Duration = .seconds(60), precision: Duration = .microseconds(1), bound: Bound = .inclusive) {
        self.settle = settle
        self.precision = precision
        self.bound = bound
    }

    /// The lower bound to ask with when everything up to `completeUntil` is known: never later than that, cut down to
    /// the precision, and one unit earlier where the provider leaves out the bound itself.
    public func since(completeUntil: Timestamp) -> Timestamp {
        lower(completeUntil - settle)
    }

    /// The lower bound to ask with for everything from `time` on.
    func lower(_ time: Timestamp) -> Timestamp {
        let unit = max(1, precision.microseconds)
        let cut = time.microseconds.flooringQuotient(by: unit) * unit
        return Timestamp(microseconds: bound == .exclusive ? cut - unit : cut)
    }

    /// The upper bound to ask with: cut up to the precision, so that nothing inside the window is left out.
    public func until(_ until: Timestamp) -> Timestamp {
        let unit = max(1, precision.microseconds)
        return Timestamp(microseconds: (until.microseconds + unit - 1).flooringQuotient(by: unit) * unit)
    }
}

extension Duration {
    /// Parses the units of `precision`: a unit's name or a duration.
    init?(precision text: String) {
        switch text {
        case "microsecond": self = .microseconds(1)
        case "millisecond": self = .milliseconds(1)
        case "second": self = .seconds(1)
        case "minute": self = .seconds(60)
        case "day": self = .seconds(86_400)
        default:
            guard let duration = Duration(definition: text), duration > .zero else { return nil }
            self = duration
        }
    }
}

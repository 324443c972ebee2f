import Models

/// What overrides say of how often an object is synced, resolved when they are applied: schedulers know the catalog's
/// definitions and nobody's overrides. What is nil is as the provider's schedule says.
public struct ObjectPace: Hashable, Sendable {
    /// The time from one sync to the next.
    public var every: Duration?
    /// Whether an override says `every`, and so goes before the customer's pace; else it is merely that of an object
    /// which overrides have made.
    public var isOverridden: Bool
    /// The longest time between two full runs; zero for none.
    public var reconcile: Duration?
    /// The time between two sweeps of ids; zero for none.
    public var sweep: Duration?

    /// As the provider's schedule says, apart from what is given.
    public init(
        every: Duration? = nil, isOverridden: Bool = false, reconcile: Duration? = nil, sweep: Duration? = nil
    ) {
        self.every = every
        self.isOverridden = isOverridden
        self.reconcile = reconcile
        self.sweep = sweep
    }
}

/// An object whose pace is to be resolved.
public struct PacedObject: Hashable, Sendable {
    /// Its provider.
    public var provider: String
    /// The object of the provider's definition.
    public var object: String
    /// Everyone's overrides that concern it, widest first.
    public var overrides: [StoredOverride]

    /// An object with its overrides.
    public init(provider: String, object: String, overrides: [StoredOverride]) {
        self.provider = provider
        self.object = object
        self.overrides = overrides
    }
}

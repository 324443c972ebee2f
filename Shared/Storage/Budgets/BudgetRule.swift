import Models

/// What a provider allows of one class of requests of one quota owner.
public struct BudgetRule: Sendable, Hashable {
    /// Requests in any window; nil: no rate.
    public var requests: Int?
    /// The window.
    public var window: Duration
    /// Requests under way at once; nil: any number.
    public var concurrency: Int?

    /// A rule.
    public init(requests: Int? = nil, per window: Duration = .seconds(1), concurrency: Int? = nil) {
        self.requests = requests.map { max(1, $0) }
        self.window = max(window, .milliseconds(1))
        self.concurrency = concurrency.map { max(1, $0) }
    }

    /// A request is taken to have arrived after so long, a sixteenth of the window, unless its answer comes sooner or
    /// unusually late. Until a window after its arrival, its place in the limit is taken, so where answers are slow 94 %
    /// can be used.
    public var arrival: Duration { window / 16 }

    /// The longest way to the provider that an unusually late answer is believed to show, a quarter of the window:
    /// beyond that it is rather the provider that was slow, and its limit is to be used.
    public var longestWay: Duration { window / 4 }

    /// The time between two turns: a little less than evenly spread ones would have, so that what was missed can be made
    /// up for. That the limit holds does not depend on it.
    public var gap: Duration? {
        requests.map { .microseconds(max(1, window.microseconds / Int64($0) * 97 / 100)) }
    }

    /// Times of which many are kept are rounded up to a multiple of this.
    var grain: Int64 { (requests ?? 1) > 64 ? max(1, window.microseconds / 64) : 1 }

    /// How far ahead turns are given out: long enough that few calls are needed, short enough that what comes up is not
    /// behind for long.
    public func horizon(gap: Duration) -> Duration {
        min(max(gap * 8, .milliseconds(600)), .seconds(3), max(gap * 1000, .milliseconds(100)))
    }

    /// How long a process may use the turns that an answer gave it.
    public func life(gap: Duration) -> Duration {
        requests == nil ? .seconds(2) : max(.seconds(4), horizon(gap: gap) * 2)
    }
}

/// How many requests of a customer wait, or will soon, in one process.
public struct BudgetDemand: Sendable, Hashable, Codable {
    /// Whose.
    public var customer: Int64
    /// The customer's weight.
    public var weight: Double
    /// Whether they are for a person or for what is new, which goes before backfill.
    public var isFresh: Bool
    /// How many turns are wanted beyond those at hand.
    public var count: Int

    /// A demand.
    public init(customer: Int64, weight: Double, isFresh: Bool, count: Int) {
        self.customer = customer
        self.weight = weight.isFinite && weight > 0 ? weight : 1
        self.isFresh = isFresh
        self.count = max(0, count)
    }
}

/// What a process asks of a budget.
public struct BudgetAsk: Sendable, Hashable {
    /// The process.
    public var process: String
    /// What it wants.
    public var demand: [BudgetDemand]
    /// By customer: turns given that were not used for it; below zero where it used those of others.
    public var unused: [Int64: Int]
    /// Turns that it still has, those under way included whose place is not yet among ``free``.
    public var held: Int
    /// For each turn that it had: when its place in the limit is free again, by the database's clock.
    public var free: [Timestamp]
    /// Requests under way.
    public var underWay: Int
    /// Requests under way and waiting.
    public var wantedPlaces: Int
    /// How long it keeps places without asking again.
    public var lease: Duration

    /// A question.
    public init(
        process: String, demand: [BudgetDemand], unused: [Int64: Int] = [:], held: Int = 0, free: [Timestamp] = [],
        underWay: Int = 0, wantedPlaces: Int = 0, lease: Duration = .seconds(15)
    ) {
        self.process = process
        self.demand = demand
        self.unused = unused
        self.held = held
        self.free = free
        self.underWay = underWay
        self.wantedPlaces = wantedPlaces
        self.lease = lease
    }
}

/// The time at which one request may be sent.
public struct BudgetTurn: Sendable, Hashable, Codable {
    /// When, by the database's clock, in microseconds since 1970.
    public var at: Int64
    /// For whom it is meant.
    public var customer: Int64

    /// A turn.
    public init(at: Int64, customer: Int64) {
        self.at = at
        self.customer = customer
    }
}

/// What a process gets.
public struct BudgetGrant: Sendable, Hashable {
    /// The turns, in order: not before their time, and not after ``life``.
    public var turns: [BudgetTurn]
    /// How long after the question its turns may be used.
    public var life: Duration
    /// How many requests may be under way; nil: any number.
    public var places: Int?
    /// The first turn that nobody has.
    public var nextTurn: Timestamp
    /// The time between two turns now.
    public var gap: Duration
    /// How many processes share the budget.
    public var processes: Int
    /// Until when the owner may not ask at all.
    public var blockedUntil: Timestamp?
    /// The database's clock.
    public var now: Timestamp
}

import Models

/// Which budget: that of a quota owner, for one class of its requests.
public struct BudgetKey: Sendable, Hashable {
    /// The quota owner: a provider, and the customer or integration whose quota it is.
    public var owner: String
    /// The class of requests; empty for those without one.
    public var limitClass: String

    /// A key.
    public init(owner: String, limitClass: String = "") {
        self.owner = owner
        self.limitClass = limitClass
    }
}

/// A budget that may not be used for a while.
public struct BudgetBlock: Sendable, Hashable {
    /// Which. Without a class it holds for all classes of the owner.
    public var key: BudgetKey
    /// How long from now.
    public var remaining: Duration

    /// A block.
    public init(key: BudgetKey, remaining: Duration) {
        self.key = key
        self.remaining = remaining
    }
}

/// The budgets that all retrievers share. Each call is atomic, and only the store's clock counts.
public protocol BudgetStore: Sendable {
    /// Turns and places for a process.
    func lease(_ key: BudgetKey, _ ask: BudgetAsk, rule: BudgetRule) async throws -> BudgetGrant
    /// The provider refused a request as one too many: the budget is used less, and not at all for `pause` if it said so.
    func throttle(_ key: BudgetKey, rule: BudgetRule, pause: Duration?) async throws
    /// What is left lasts for `remaining` only at this pace; without a pace the budget is not used at all until then.
    func slow(_ key: BudgetKey, to gap: Duration?, for remaining: Duration) async throws
    /// All that may not be used at present.
    func blocks() async throws -> [BudgetBlock]
    /// Takes a budget for one run alone, or keeps it; false while another one has it.
    func takeAlone(_ key: BudgetKey, holder: String, for lease: Duration) async throws -> Bool
    /// Lets everything go that `holder` has for itself.
    func release(holder: String) async throws
}

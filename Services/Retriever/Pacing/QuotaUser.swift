import Catalog
import Models
import Storage

/// Who makes a request: whose quota it counts against, and how urgent it is.
package struct QuotaUser: Sendable, Hashable {
    /// The quota owner: the provider, and the customer or integration whose quota it is.
    package var owner: String
    /// The customer, who gets a share of the quota.
    package var customer: Int64
    /// The customer's weight.
    package var weight: Double
    /// Whether it asks for what is new, which goes before backfill.
    package var isFresh: Bool
    /// The run, for what a run has alone.
    package var run: String

    /// A user.
    package init(owner: String, customer: Int64, weight: Double = 1, isFresh: Bool = true, run: String = "") {
        self.owner = owner
        self.customer = customer
        self.weight = weight
        self.isFresh = isFresh
        self.run = run
    }
}

/// What holds for one request, its class taken into account.
package struct RequestLimits: Sendable, Hashable {
    /// Which budget it counts against.
    package var limitClass: String
    /// What the provider allows.
    package var rule: BudgetRule
    /// Whether a run has the budget for itself.
    package var isExclusive: Bool

    /// Of a request of class `name` for `object`; a class that `limits` does not know has no quota of its own.
    package init(_ limits: Limits, class name: String?, object: String) {
        if let name, let own = limits.classes[name] {
            limitClass = name
            rule = BudgetRule(own.rate, concurrency: own.concurrency)
            isExclusive = own.exclusive
        } else {
            limitClass = limits.isOfObject ? "object \(object)" : ""
            rule = BudgetRule(limits.rate, concurrency: limits.concurrency)
            isExclusive = limits.exclusive
        }
    }

    /// Whether requests need not be counted.
    package var isUnlimited: Bool { rule.requests == nil && rule.concurrency == nil && !isExclusive }
}

extension BudgetRule {
    fileprivate init(_ rate: Limits.Rate?, concurrency: Int?) {
        self.init(requests: rate?.requests, per: rate?.per ?? .seconds(1), concurrency: concurrency)
    }
}

/// A request would have to wait longer than a run may stand still for: it is postponed.
package struct QuotaWait: Error, Sendable, Equatable {
    /// When there is probably room.
    package var until: Timestamp
}

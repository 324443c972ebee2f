import Models
import Postgres

/// An Integration Object as `status` shows it.
public struct ObjectReport: Sendable, Codable, Equatable {
    /// `customer/integration/object`.
    public var name: String
    /// The public id.
    public var id: PublicID
    /// The provider.
    public var provider: String
    /// What its records are.
    public var type: String
    /// `idle`, `queued`, `running`, `postponed`, `draining`, or `disabled`.
    public var state: String
    /// When the last sync succeeded.
    public var lastSyncedAt: Timestamp?
    /// How far it is complete.
    public var completeUntil: Timestamp?
    /// When it is due next.
    public var nextDueAt: Timestamp?
    /// The number of its newest run.
    public var run: Int64
    /// Records stored of it, deleted ones left out.
    public var records: Int64
    /// Whether there are too many to count them while somebody waits, so that `records` says about how many.
    public var recordsAreEstimated: Bool
    /// Records of it that could not be stored; of very many the first thousands.
    public var rejected: Int64
    /// The class of what is wrong, if anything is.
    public var failureClass: String?
    /// What is wrong, for a person.
    public var failureCause: String?
    /// What to do about it.
    public var failureAdvice: String?

    /// A report.
    public init(
        name: String, id: PublicID, provider: String, type: String, state: String, lastSyncedAt: Timestamp? = nil,
        completeUntil: Timestamp? = nil, nextDueAt: Timestamp? = nil, run: Int64 = 0, records: Int64 = 0,
        recordsAreEstimated: Bool = false, rejected: Int64 = 0, failureClass: String? = nil,
        failureCause: String? = nil, failureAdvice: String? = nil
    ) {
        self.name = name
        self.id = id
        self.provider = provider
        self.type = type
        self.state = state
        self.lastSyncedAt = lastSyncedAt
        self.completeUntil = completeUntil
        self.nextDueAt = nextDueAt
        self.run = run
        self.records = records
        self.recordsAreEstimated = recordsAreEstimated
        self.rejected = rejected
        self.failureClass = failureClass
        self.failureCause = failureCause
        self.failureAdvice = failureAdvice
    }

    enum CodingKeys: String, CodingKey {
        case name, id, provider, type, state, run, records, rejected
        case recordsAreEstimated = "records_estimated"
        case lastSyncedAt = "last_synced_at"
        case completeUntil = "complete_until"
        case nextDueAt = "next_due_at"
        case failureClass = "failure_class"
        case failureCause = "failure_cause"
        case failureAdvice = "failure_advice"
    }
}

/// A run as `runs` shows it.
public struct RunReport: Sendable, Codable, Equatable {
    /// The run's number.
    public var run: Int64
    /// `initial`, `incremental` or `full`.
    public var kind: String
    /// How it ended.
    public var outcome: String
    /// When it was opened.
    public var openedAt: Timestamp
    /// When it ended.
    public var endedAt: Timestamp
    /// The claims it took.
    public var attempts: Int64
    /// The pages it read.
    public var pages: Int64
    /// Records in its pages.
    public var fetched: Int64
    /// Of these, new or changed.
    public var stored: Int64
    /// Of these, known already.
    public var unchanged: Int64
    /// Of these, impossible to store.
    public var rejected: Int64
    /// What ended it, if it failed.
    public var failure: String?

    /// A run that ended.
    public init(
        run: Int64, kind: String, outcome: String, openedAt: Timestamp, endedAt: Timestamp, attempts: Int64 = 1,
        pages: Int64 = 0, fetched: Int64 = 0, stored: Int64 = 0, unchanged: Int64 = 0, rejected: Int64 = 0,
        failure: String? = nil
    ) {
        self.run = run
        self.kind = kind
        self.outcome = outcome
        self.openedAt = openedAt
        self.endedAt = endedAt
        self.attempts = attempts
        self.pages = pages
        self.fetched = fetched
        self.stored = stored
        self.unchanged = unchanged
        self.rejected = rejected
        self.failure = failure
    }

    enum CodingKeys: String, CodingKey {
        case run, kind, outcome, attempts, pages, fetched, stored, unchanged, rejected, failure
        case openedAt = "opened_at"
        case endedAt = "ended_at"
    }
}

import JSON
import Models

/// An entry of a page, which is either a record or rejected.
public struct FetchedRecord: Sendable {
    /// The provider's own id; empty where it is rejected for the want of one.
    public var externalID: String
    /// When it changed, as the provider says. Where a listing does not say and a feed of changes does, the end of the
    /// window, cut down to the feed's precision.
    public var modifiedAt: Timestamp?
    /// Whether the provider says that it is gone.
    public var isDeleted: Bool
    /// The record, byte for byte, a slice of the response's body; nil where a deletion tells the id alone.
    public var payload: ArraySlice<UInt8>?
    /// Why it cannot be stored; nil for a record.
    public var rejection: String?
}

/// What a response was read into.
public struct FetchedPage: Sendable {
    /// The entries, rejected ones included, in the provider's order: their places are the bits of the receipts.
    public var records: [FetchedRecord]
    /// How the listing goes on.
    public var step: PageStep
    /// How many entries the provider listed.
    public var listed: Int
    /// How many of them `only` left out.
    public var leftOut: Int
    /// How many were left out because the page or the one before holds a newer entry of the same id.
    public var superseded: Int
    /// How many `\u0000` and lone surrogates became U+FFFD.
    public var replacedCharacters: Int
    /// How many of the records have a time that could not be read.
    public var unreadableTimes: Int
    /// The mark that the next run continues from, where the definition names one.
    public var cursor: JSONValue?
    /// Why the response was taken as an empty page, where a rule says so; counted and shown.
    public var ignored: String?
    /// The ids that a sweep has seen on it.
    public var seen: [String] = []
    /// One more request for each of these records, to be answered before the page is sent.
    public var enrichments: [Enrichment] = []
}

/// What to do after a response.
public enum ResponseOutcome: Sendable {
    /// A page was read.
    case page(FetchedPage)
    /// The same request again after a pause.
    case retry(Failure)
    /// Postpone the run, position kept, and lower the shared budget.
    case throttled(Failure)
    /// Postpone the run, position kept.
    case postponed(Failure)
    /// The position is no longer known: the same window from its start.
    case restart(Failure)
    /// The run fails.
    case failed(Failure)
}

/// What a response says about the provider's quota.
public struct Quota: Sendable, Hashable {
    /// How many requests are left.
    public var remaining: Int?
    /// When there will be more.
    public var resetAt: Timestamp?

    /// What is left, and until when.
    public init(remaining: Int? = nil, resetAt: Timestamp? = nil) {
        self.remaining = remaining
        self.resetAt = resetAt
    }
}

import JSON
import Models

/// Which parts of a response are records, and what is known about each.
public struct RecordSelection: Sendable, Hashable {
    /// In which order entries come.
    public enum Order: String, Sendable, CaseIterable {
        /// Unknown or by something else than time.
        case any
        /// The entry changed last comes first: of several for one id the first one counts.
        case newestFirst = "newest_first"
        /// The entry changed last comes last.
        case oldestFirst = "oldest_first"
    }

    /// Where the entries are; the root where nothing is said.
    public var entries: RecordSource
    /// The part of an entry that is the record; the entry itself where it is nil.
    public var record: JSONPath?
    /// Entries that do not fulfil it are left out and not counted as fetched.
    public var only: Template?
    /// The provider's own id, within the entry.
    public var id: ValueSource
    /// When the record changed, within the entry.
    public var modifiedAt: ValueSource?
    /// How that time is written; guessed where it is nil.
    public var modifiedFormat: TimestampFormat?
    /// Holds for entries that say that the record is gone.
    public var deleted: Template?
    /// In which order entries come, where it does not depend on the settings.
    public var order: Template
    /// Entries that changed before the lower bound are left out, and in a newest-first listing nothing behind the
    /// first of them is asked for: for providers that cannot be asked for changes.
    public var stopsAtSince: Bool
}

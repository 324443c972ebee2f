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

    /// Where the list of entries is; the root where it is empty.
    public var entries: JSONPath
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
}

/// How one listing of an object is asked and read: the whole of an object's requests, or those for its changes.
public struct Listing: Sendable {
    enum Key: String, LanguageKey {
        case request, pages, records, record, only, id, modifiedAt = "modified_at", deleted, order, settle, precision,
            bound
    }

    enum ModifiedKey: String, LanguageKey {
        case from, format
    }

    enum DeletedKey: String, LanguageKey {
        case when
    }

    /// What is asked.
    public var request: RequestTemplate
    /// How it is paged.
    public var pages: Pagination
    /// What is taken from a response.
    public var selection: RecordSelection
    /// What "changed since" means.
    public var window: WindowRules

    /// Decodes a listing; what `node` does not say is taken from `base`.
    init?(partOf node: DefinitionNode, path: String, context: DecodingContext, base: Listing? = nil) {
        let reader = KeyedReader<Key>(partOf: node, path: path, context: context)
        let request = reader[.request].flatMap {
            RequestTemplate($0, path: reader.path(of: .request), context: context)
        }
        let pages =
            base != nil && !reader.has(.pages)
            ? base?.pages
            : Pagination(reader[.pages], at: node.origin, path: reader.path(of: .pages), context: context)
        if !reader.has(.request), base == nil {
            reader.missing(.request, advice: "write request: { path: /… }")
        }
        // Paths into the record mean nothing where entries only carry the record: then each must be written anew.
        let entry = reader.has(.record) ? nil : base?.selection
        let id = reader.source(.id, names: .entry) ?? (reader.has(.id) ? nil : entry?.id)
        if id == nil, !reader.has(.id) {
            reader.missing(.id, advice: "write the path of the provider's own id, such as id: id")
        }
        let modified = Self.modified(reader)
        let order =
            reader.template(.order, names: .settingsOnly)
            ?? (reader.has(.order) ? nil : base?.selection.order)
            ?? Template(literal: RecordSelection.Order.any.rawValue)
        if let literal = order.literal, RecordSelection.Order(rawValue: literal) == nil {
            reader.report(
                .order, "there is no order '\(literal)'",
                advice: NearestName.advice(for: literal, among: RecordSelection.Order.allCases.map(\.rawValue)))
        }
        window = Self.window(reader, base: base?.window ?? WindowRules())
        guard let request = request ?? (reader.has(.request) ? nil : base?.request), let pages, let id else {
            return nil
        }
        if let node = reader[.pages] {
            pages.strategy.check(with: request, at: node.origin, path: reader.path(of: .pages), context: context)
        }
        self.request = request
        self.pages = pages
        selection = RecordSelection(
            entries: reader.has(.records) ? reader.fieldPath(.records) ?? .root : base?.selection.entries ?? .root,
            record: reader.fieldPath(.record) ?? base?.selection.record,
            only: reader.condition(.only, names: .entry) ?? (reader.has(.only) ? nil : entry?.only),
            id: id,
            modifiedAt: reader.has(.modifiedAt) ? modified.source : entry?.modifiedAt,
            modifiedFormat: reader.has(.modifiedAt) ? modified.format : entry?.modifiedFormat,
            deleted: reader.reader(.deleted, as: DeletedKey.self)?.condition(.when, names: .entry)
                ?? (reader.has(.deleted) ? nil : entry?.deleted),
            order: order)
    }

    private static func modified(_ reader: KeyedReader<Key>) -> (source: ValueSource?, format: TimestampFormat?) {
        guard let node = reader[.modifiedAt] else { return (nil, nil) }
        guard case .map = node.content else { return (reader.source(.modifiedAt, names: .entry), nil) }
        guard let inner = reader.reader(.modifiedAt, as: ModifiedKey.self) else { return (nil, nil) }
        if !inner.has(.from) { inner.missing(.from, advice: "write the path of the time, such as from: updated_at") }
        return (inner.source(.from, names: .entry), inner.choice(.format, TimestampFormat.self))
    }

    private static func window(_ reader: KeyedReader<Key>, base: WindowRules) -> WindowRules {
        var window = base
        window.settle = reader.duration(.settle, allowsZero: true) ?? window.settle
        window.bound = reader.choice(.bound, WindowRules.Bound.self) ?? window.bound
        if let text = reader.text(.precision) {
            if let precision = Duration(precision: text) {
                window.precision = precision
            } else {
                reader.report(
                    .precision, "'\(text)' is not a precision",
                    advice: "write microsecond, millisecond, second, minute, day, or a duration such as 10s")
            }
        }
        return window
    }

    /// Whether it asks only for what changed.
    public var asksForChanges: Bool { request.reads(.since) || request.reads(.cursor) }
}

import JSON
import Models

/// Reads a response into records and the next position.
struct PageReader {
    /// The longest external id, in UTF-8 bytes (2-contracts, "Database").
    static let maximumID = 512
    /// How many ids of one moment are remembered across pages of a newest-first listing.
    static let maximumRemembered = 1000

    let definition: ObjectDefinition
    let listing: Listing
    let order: RecordSelection.Order
    let scope: Scope
    let requestURL: String
    /// The time of records that have none, where there is a feed of changes to compare them with.
    let assumedTime: Timestamp?

    func outcome(of response: ProviderResponse, at position: PagePosition, now: Timestamp) -> ResponseOutcome {
        let parsed = Result { () throws(JSONError) in
            try JSONDocument(response.body[...], limits: JSONLimits(bytes: definition.limits.bodyBytes))
        }
        let document = try? parsed.get()
        let view = ResponseView(
            status: response.status, headers: response.headers, body: document?.root, url: requestURL)
        switch ErrorJudge(definition: definition, scope: scope).verdict(view, body: response.body[...], now: now) {
        case .outcome(let outcome): return outcome
        case .ignore(let reason): return .page(Self.emptyPage(ignored: reason))
        case nil: break
        }
        if response.status == 204, response.body.isEmpty { return .page(Self.emptyPage(ignored: nil)) }
        switch parsed {
        case .failure(let error): return unreadable(error, view)
        case .success(let document):
            do {
                return .page(try page(document, view, at: position))
            } catch {
                return .failed(error)
            }
        }
    }

    private static func emptyPage(ignored: String?) -> FetchedPage {
        FetchedPage(
            records: [], step: .end, listed: 0, leftOut: 0, superseded: 0, replacedCharacters: 0, unreadableTimes: 0,
            cursor: nil, ignored: ignored)
    }

    private func unreadable(_ error: JSONError, _ view: ResponseView) -> ResponseOutcome {
        let (provider, object) = (definition.provider, definition.name)
        switch error.kind {
        case .truncated, .empty:
            // The connection broke or the provider stumbled; the same request may well succeed.
            return .retry(Failure(.transient, "the response of \(provider) for \(object) is not complete: \(error)"))
        case .markup:
            return .failed(
                Failure(
                    .definition, "\(provider) answered \(object) with HTML or XML instead of JSON",
                    advice: "check base_url and the path: a login or maintenance page may stand there"))
        default:
            return .failed(
                Failure(
                    .definition, "the response of \(provider) for \(object) is not usable JSON: \(error)",
                    advice: "check the request against the provider's documentation"))
        }
    }

    private func page(_ document: JSONDocument, _ view: ResponseView, at position: PagePosition) throws(Failure)
        -> FetchedPage
    {
        let entries: [JSONNode]
        do {
            entries = try document.records(at: listing.selection.entries)
        } catch {
            throw Failure(
                .definition,
                "the response for \(definition.name) does not fit 'records: \(listing.selection.entries)': \(error)",
                advice: "correct 'records', or add an error rule if this is how \(definition.provider) tells an error")
        }
        var page = Self.emptyPage(ignored: nil)
        page.listed = entries.count
        page.records.reserveCapacity(entries.count)
        var ids: [String?] = []
        ids.reserveCapacity(entries.count)
        var seen = RecentIDs(order: order, position: position)
        var scope = scope
        for entry in entries {
            scope.record = entry
            let record: FetchedRecord?
            do {
                record = try self.record(entry, scope, isStorable: document.isStorable, &page)
            } catch {
                throw Failure(
                    .definition, "an expression over the entries of \(definition.name) failed: \(error)",
                    advice: "correct 'only', 'id', 'modified_at' or 'deleted'")
            }
            ids.append(record.flatMap { $0.externalID.isEmpty ? nil : $0.externalID })
            guard let record else { continue }
            if record.rejection == nil, seen.isSuperseded(record) {
                page.superseded += 1
                continue
            }
            page.records.append(record)
        }
        scope.record = nil
        let facts = PageFacts(response: view, count: entries.count, ids: ids, lastEntry: entries.last, scope: scope)
        page.step = seen.remembered(in: try listing.pages.step(after: position, facts: facts))
        page.cursor = try cursor(facts)
        return page
    }

    private func record(
        _ entry: JSONNode, _ scope: Scope, isStorable: Bool, _ page: inout FetchedPage
    ) throws(ExpressionFailure) -> FetchedRecord? {
        let selection = listing.selection
        if let only = selection.only, try !only.value(in: scope).isTrue {
            page.leftOut += 1
            return nil
        }
        var record = FetchedRecord(
            externalID: "", modifiedAt: assumedTime, isDeleted: false, payload: nil, rejection: nil)
        let node = selection.record.map { entry[$0] } ?? entry
        if let node, !node.isNull {
            if isStorable {
                record.payload = node.bytes
            } else {
                let (bytes, replaced) = sanitisedForPostgres(node.bytes)
                record.payload = bytes
                page.replacedCharacters += replaced
            }
        }
        if let deleted = selection.deleted { record.isDeleted = try deleted.value(in: scope).isTrue }
        record.externalID = try text(of: selection.id, entry, scope) ?? ""
        if let modified = selection.modifiedAt {
            let value = try self.value(of: modified, entry, scope)
            record.modifiedAt = Timestamp(value: value, format: selection.modifiedFormat)
            if record.modifiedAt == nil, !value.isNull { page.unreadableTimes += 1 }
        }
        if record.externalID.isEmpty {
            record.rejection = "there is no id at '\(selection.id.source)'"
        } else if record.externalID.utf8.count > Self.maximumID {
            record.rejection = "the id is longer than \(Self.maximumID) bytes"
            record.externalID = ""
        } else if let node, node.kind != .object, !(record.isDeleted && node.isNull) {
            record.rejection = "the record is not a JSON object"
        } else if node == nil, !record.isDeleted {
            record.rejection = "there is no record at '\(selection.record?.description ?? "")'"
        }
        return record
    }

    private func value(of source: ValueSource, _ entry: JSONNode, _ scope: Scope) throws(ExpressionFailure) -> Value {
        switch source {
        case .path(let path): entry.value(at: path)
        case .template(let template): try template.value(in: scope, gap: .isEmpty)
        }
    }

    private func text(of source: ValueSource, _ entry: JSONNode, _ scope: Scope) throws(ExpressionFailure) -> String? {
        // Ids are taken as they are written: a number of twenty digits must not be rounded.
        if case .path(let path) = source { return entry[path]?.scalarText }
        return try value(of: source, entry, scope).scalarText
    }

    private func cursor(_ facts: PageFacts) throws(Failure) -> JSONValue? {
        guard let source = definition.cursor else { return nil }
        do {
            let value = try facts.value(of: source)
            return value.isNull ? nil : value.json
        } catch {
            throw Failure(.definition, "'cursor' could not be computed: \(error)")
        }
    }
}

/// In a newest-first listing several entries of one id may carry the same time; only the first one is the newest.
/// Those seen at the last moment of a page are remembered in the position, so that a page border changes nothing.
struct RecentIDs {
    private let isNewestFirst: Bool
    private var time: Timestamp?
    private var ids: Set<String>

    init(order: RecordSelection.Order, position: PagePosition) {
        isNewestFirst = order == .newestFirst
        time = position.lastTime.map(Timestamp.init(microseconds:))
        ids = Set(position.lastIDs)
    }

    mutating func isSuperseded(_ record: FetchedRecord) -> Bool {
        guard isNewestFirst, let modified = record.modifiedAt else { return false }
        if modified != time {
            time = modified
            ids = []
        }
        return !ids.insert(record.externalID).inserted
    }

    /// `step` with what the next page needs to know.
    func remembered(in step: PageStep) -> PageStep {
        guard isNewestFirst, case .next(var position) = step, let time else { return step }
        position.lastTime = time.microseconds
        position.lastIDs = ids.count <= PageReader.maximumRemembered ? ids.sorted() : []
        return .next(position)
    }
}

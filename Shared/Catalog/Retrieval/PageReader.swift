import JSON
import Models

/// Reads a response into records and the next position.
struct PageReader {
    /// The longest external id, in UTF-8 bytes (2-contracts, "Database").
    static let maximumID = 512
    /// How many ids of one moment are remembered across pages of a newest-first listing.
    static let maximumRemembered = 1000

    let retrieval: Retrieval
    let leg: RetrievalLeg
    let scope: Scope
    let requestURL: String
    /// The time of records that have none, where there is a feed of changes to compare them with.
    let assumedTime: Timestamp?

    private var definition: ObjectDefinition { retrieval.object }
    private var listing: Listing { leg.listing }

    func outcome(of response: ProviderResponse, at position: PagePosition, now: Timestamp) -> ResponseOutcome {
        let parsed = ResponseBody(response, format: listing.format, limit: definition.limits.bodyBytes).document
        let document = try? parsed.get()
        let view = ResponseView(
            status: response.status, headers: response.headers, body: document?.root, url: requestURL)
        let judge = ErrorJudge(definition: definition, scope: scope)
        switch judge.verdict(view, body: response.body[...], now: now) {
        case .outcome(let outcome): return outcome
        case .ignore(let reason) where leg.stage == .sweep:
            // What was not listed would be taken for gone.
            return .failed(
                Failure(
                    .definition, "the sweep of \(definition.name) met an error and removed nothing: \(reason)",
                    advice: "correct the cause, or the error rule that ignores it"))
        case .ignore(let reason): return .page(emptyPage(at: position, ignored: reason))
        case nil: break
        }
        if response.status == 204, response.body.isEmpty { return .page(emptyPage(at: position)) }
        switch parsed {
        case .failure(let error): return error.outcome(provider: definition.provider, object: definition.name)
        case .success(let document):
            do {
                return .page(try page(document, view, at: position))
            } catch {
                return .failed(error)
            }
        }
    }

    private func emptyPage(at position: PagePosition, ignored: String? = nil) -> FetchedPage {
        FetchedPage(
            records: [], step: .end, listed: 0, leftOut: 0, superseded: 0, replacedCharacters: 0, unreadableTimes: 0,
            cursor: counted?.isCounted == true && !position.top.isNull ? position.top : nil, ignored: ignored)
    }

    /// The mark for the next run, which only the listing itself has.
    private var counted: CursorSource? { leg.stage == .listing ? definition.cursor : nil }

    private func page(_ document: JSONDocument, _ view: ResponseView, at position: PagePosition) throws(Failure)
        -> FetchedPage
    {
        let entries: (nodes: [JSONNode], isStorable: Bool)
        do {
            entries = try EntryList(
                source: listing.selection.entries, limit: definition.limits.bodyBytes * 4,
                absentIsEmpty: listing.format.kind == .xml
            ).entries(of: document)
        } catch {
            throw Failure(
                .definition,
                "the response for \(definition.name) does not fit 'records: \(listing.selection.entries.description)': \(error)",
                advice: "correct 'records', or add an error rule if this is how \(definition.provider) tells an error")
        }
        var page = emptyPage(at: position)
        page.listed = entries.nodes.count
        page.records.reserveCapacity(entries.nodes.count)
        var ids: [String?] = []
        ids.reserveCapacity(entries.nodes.count)
        var seen = RecentIDs(order: leg.order, position: position)
        var mark = CountedMark(counted, since: position.top)
        var entryReader = EntryReader(
            retrieval: retrieval, leg: leg, scope: scope, at: position, isStorable: entries.isStorable,
            assumedTime: assumedTime)
        for entry in entries.nodes {
            let record: FetchedRecord?
            do {
                record = try entryReader.record(entry, &page)
                try mark.note(entry, scope)
            } catch {
                throw Failure(
                    .definition, "an expression over the entries of \(definition.name) failed: \(error)",
                    advice: "correct 'only', 'id', 'modified_at', 'deleted' or 'cursor'")
            }
            ids.append(record.flatMap { $0.externalID.isEmpty ? nil : $0.externalID })
            guard let record else { continue }
            if record.rejection == nil, seen.isSuperseded(record) {
                page.superseded += 1
                continue
            }
            page.records.append(record)
            if leg.stage == .listing, record.rejection == nil, !record.isDeleted, let enrichment = listing.enrichment {
                try retrieval.plan(enrichment, of: entry, scope, for: page.records.count - 1, on: &page)
            }
        }
        let facts = PageFacts(
            response: view, count: entries.nodes.count, ids: ids, lastEntry: entries.nodes.last, scope: scope)
        page.step = seen.remembered(
            in: try listing.pages.step(after: position, facts: facts)
                .noting(entries.nodes, after: position, of: definition))
        // Behind an entry that is too old a newest-first listing holds nothing but older ones.
        if entryReader.isPastSince, leg.order == .newestFirst { page.step = .end }
        page.cursor = try cursor(facts) ?? mark.top
        if leg.stage == .sweep { try takeIDs(of: &page) }
        return page
    }

    /// Of a sweep's entries only the ids are of interest, and all of them: one that is not known is one too few.
    private func takeIDs(of page: inout FetchedPage) throws(Failure) {
        if let rejection = page.records.first(where: { $0.rejection != nil })?.rejection {
            throw Failure(
                .definition,
                "the sweep of \(definition.name) met an entry without an id and removed nothing: \(rejection)",
                advice: "correct 'sweep.id' or 'sweep.records'")
        }
        page.seen = page.records.filter { !$0.isDeleted }.map(\.externalID)
        page.records = []
    }

    private func cursor(_ facts: PageFacts) throws(Failure) -> JSONValue? {
        guard case .response(let source)? = counted else { return nil }
        do {
            let value = try facts.value(of: source)
            return value.isNull ? nil : value.json
        } catch {
            throw Failure(.definition, "'cursor' could not be computed: \(error)")
        }
    }
}

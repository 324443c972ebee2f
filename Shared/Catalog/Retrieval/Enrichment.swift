import JSON
import Models

/// One more request for a record of a page that was read.
public struct Enrichment: Sendable {
    /// The record's place in the page.
    public var record: Int
    /// What is asked.
    public var plan: RequestPlan
}

extension Retrieval {
    /// Adds the request that `enrichment` makes for an entry, the record at `place` of the page.
    func plan(
        _ enrichment: EnrichmentDefinition, of entry: JSONNode, _ scope: Scope, for place: Int,
        on page: inout FetchedPage
    ) throws(Failure) {
        guard !isParent else { return }
        var scope = scope
        scope.record = entry
        if let condition = enrichment.condition {
            do {
                guard try condition.value(in: scope).isTrue else { return }
            } catch {
                throw Failure(.definition, "'enrich.when' could not be computed: \(error)")
            }
        }
        let plan = try builder(enrichment.request).plan(scope: scope, page: .nothing, options: nil)
        page.enrichments.append(Enrichment(record: place, plan: plan))
    }

    /// Puts the answer to an enrichment's request into its record, as `_extra`. Nil where that is done or the provider
    /// has nothing more about the record; else what is to be done instead of using the page.
    public func enrich(
        _ page: inout FetchedPage, with response: ProviderResponse, for enrichment: Enrichment,
        at position: PagePosition,
        now: Timestamp
    ) -> ResponseOutcome? {
        let leg = leg(at: position)
        guard let definition = leg.listing.enrichment, page.records.indices.contains(enrichment.record) else {
            return nil
        }
        let parsed = ResponseBody(response, format: .json, limit: object.limits.bodyBytes).document
        let view = ResponseView(
            status: response.status, headers: response.headers, body: (try? parsed.get())?.root,
            url: enrichment.plan.url)
        let judge = ErrorJudge(definition: object, scope: scope(at: position, now: now))
        switch judge.verdict(view, body: response.body[...], now: now, ignoresMissing: true) {
        case .outcome(let outcome): return outcome
        case .ignore: return nil
        case nil: break
        }
        if response.body.isEmpty { return nil }
        let document: JSONDocument
        switch parsed {
        case .failure(let problem): return problem.outcome(provider: object.provider, object: object.name)
        case .success(let parsed): document = parsed
        }
        var extra = Self.part(of: document.root, at: definition.fields)
        if !document.isStorable {
            let (bytes, replaced) = sanitisedForPostgres(extra)
            extra = bytes
            page.replacedCharacters += replaced
        }
        guard let payload = page.records[enrichment.record].payload,
            let spliced = try? JSONSplice.appending([("_extra", extra)], to: payload)
        else { return nil }
        page.records[enrichment.record].payload = spliced[...]
        return nil
    }

    private static func part(of root: JSONNode, at path: JSONPath?) -> ArraySlice<UInt8> {
        guard let path else { return root.bytes }
        guard path.isPlural else { return root[path]?.bytes ?? Array("null".utf8)[...] }
        let matches = root.all(path).map(\.bytes).joined(separator: [UInt8(ascii: ",")])
        return [UInt8(ascii: "[")] + matches + [UInt8(ascii: "]")]
    }
}

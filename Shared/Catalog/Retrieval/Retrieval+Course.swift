import JSON
import Models

/// What comes after what: pages, then windows, then parents, then the list of what is gone.
extension Retrieval {
    /// The first position.
    public var start: PagePosition { main.opening(parents: main.parent?.first, top: context.cursor ?? .null) }

    /// The retrieval after the provider refused a position: where that may have been the mark kept from the last
    /// success, everything is listed anew without it.
    public func restarted() throws(Failure) -> Retrieval {
        guard context.cursor != nil, main.listing.request.reads(.cursor) else { return self }
        var context = context
        context.cursor = nil
        context.kind = .full
        return try Retrieval(definition, context)
    }

    func leg(at position: PagePosition) -> RetrievalLeg {
        switch position.stage {
        case .listing, .sweep, .missing: main
        case .removed: removed ?? main
        }
    }

    /// What follows the last page of a listing in one window for one parent.
    func following(_ position: PagePosition, top: JSONValue?) -> PageStep {
        let leg = leg(at: position)
        let top = top ?? position.top
        if let window = leg.windowBehind(position) {
            var next = leg.opening(parents: position.parents, top: top)
            next.window = window
            return .next(next)
        }
        if case .records(let records, let next)? = position.parents {
            let rest = Array(records.dropFirst(leg.parent?.definition.batch ?? 1))
            if !rest.isEmpty { return .next(leg.opening(parents: .records(rest, next: next), top: top)) }
            if let next { return .next(leg.opening(parents: .listing(next), top: top)) }
        }
        return behind(leg)
    }

    /// What follows a whole leg.
    private func behind(_ leg: RetrievalLeg) -> PageStep {
        switch leg.stage {
        case .listing: removed.map { .next($0.opening(parents: $0.parent?.first)) } ?? .end
        case .sweep: .next(PagePosition(comparingBehind: nil))
        case .removed, .missing: .end
        }
    }

    /// Reads a page of parents: no records, and a position that holds what is needed of the parents.
    func parents(
        _ parent: ParentLeg, _ response: ProviderResponse, at position: PagePosition, inner: PagePosition,
        now: Timestamp
    ) -> ResponseOutcome {
        guard let retrieval = parent.retrieval else {
            return .failed(Failure(.internalFault, "a stored position belongs to another definition"))
        }
        let outcome = retrieval.interpret(response, at: inner, now: now)
        guard case .page(var page) = outcome else { return outcome }
        let next: PagePosition? =
            switch page.step {
            case .next(let next), .overlapMissed(let next): next
            case .end: nil
            }
        let records: [JSONValue]
        do {
            records = try parentRecords(page.records, parent, at: position, now: now)
        } catch {
            return .failed(error)
        }
        page.records = []
        page.cursor = nil
        page.enrichments = []
        let leg = leg(at: position)
        if !records.isEmpty {
            page.step = .next(leg.opening(parents: .records(records, next: next), top: position.top))
        } else if let next {
            page.step = .next(leg.opening(parents: .listing(next), top: position.top))
        } else {
            page.step = behind(leg)
        }
        return .page(page)
    }

    private func parentRecords(
        _ records: [FetchedRecord], _ parent: ParentLeg, at position: PagePosition, now: Timestamp
    ) throws(Failure) -> [JSONValue] {
        var kept: [JSONValue] = []
        var scope = scope(at: position, now: now)
        for record in records where record.rejection == nil && !record.isDeleted {
            guard let payload = record.payload else { continue }
            do {
                let root = try JSONDocument(payload).root
                if let condition = parent.definition.condition {
                    scope.parent = Value(root)
                    guard try condition.value(in: scope).isTrue else { continue }
                }
                kept.append(parent.fields(of: root))
            } catch {
                throw Failure(
                    .definition, "the parents of \(object.name) cannot be used: \(error)", advice: "correct 'parent'")
            }
        }
        return kept
    }
}

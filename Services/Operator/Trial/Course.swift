import Catalog
import Models

/// The way through a listing, one page after the other, without anything being kept.
package struct Course: Sendable {
    /// What became of a page.
    package struct Step: Sendable {
        /// The page, or why there is none.
        package let outcome: ResponseOutcome
        /// Whether anything follows.
        package let goesOn: Bool
    }

    private let retrieval: Retrieval
    private var position: PagePosition

    /// A course from the start of `retrieval`.
    package init(_ retrieval: Retrieval) {
        self.retrieval = retrieval
        position = retrieval.start
    }

    /// Whether a report was ordered that is not known to be ready.
    package var isWaitingForReport: Bool { retrieval.isWaitingForReport(at: position) }

    /// The request that comes next.
    package func request(now: Timestamp) throws(Failure) -> RequestPlan {
        try retrieval.request(at: position, now: now)
    }

    /// Asks for the next page with `ask`, which answers each of its requests, and goes on behind it.
    package mutating func step(
        now: Timestamp, ask: (RequestPlan) async throws -> ProviderResponse
    ) async throws -> Step {
        let response = try await ask(try request(now: now))
        let outcome = try await enriched(
            retrieval.interpret(response, at: position, now: now), now: now, ask: ask)
        guard case .page(let page) = outcome else { return Step(outcome: outcome, goesOn: false) }
        switch page.step {
        case .end: return Step(outcome: outcome, goesOn: false)
        case .next(let next), .overlapMissed(let next):
            position = next
            return Step(outcome: outcome, goesOn: true)
        }
    }

    /// The outcome with what the requests for single records of its page bring.
    private func enriched(
        _ outcome: ResponseOutcome, now: Timestamp, ask: (RequestPlan) async throws -> ProviderResponse
    ) async throws -> ResponseOutcome {
        guard case .page(var page) = outcome else { return outcome }
        let enrichments = page.enrichments
        page.enrichments = []
        for enrichment in enrichments {
            let response = try await ask(enrichment.plan)
            if let trouble = retrieval.enrich(&page, with: response, for: enrichment, at: position, now: now) {
                return trouble
            }
        }
        return .page(page)
    }
}

extension ResponseOutcome {
    /// The outcome in the words of exchange files: `page`, `ignored`, or an action with the class of its failure.
    package var word: String {
        switch self {
        case .page(let page): page.ignored == nil ? "page" : "ignored"
        case .retry(let failure): "retry \(failure.kind.rawValue)"
        case .throttled(let failure): "throttled \(failure.kind.rawValue)"
        case .postponed(let failure): "postponed \(failure.kind.rawValue)"
        case .restart(let failure): "restart \(failure.kind.rawValue)"
        case .failed(let failure): "failed \(failure.kind.rawValue)"
        }
    }

    /// The failure, where there is one.
    package var failure: Failure? {
        switch self {
        case .page: nil
        case .retry(let failure), .throttled(let failure), .postponed(let failure), .restart(let failure),
            .failed(let failure):
            failure
        }
    }
}

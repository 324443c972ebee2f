import Catalog
import HTTPClient
import Models

/// Fetches and reads one page.
package struct PageFetcher: Sendable {
    /// A page with what its response said beside it.
    package struct Page: Sendable {
        /// The records and what comes next.
        package var content: FetchedPage
        /// The provider's clock, where it told.
        package var providerClock: Timestamp?
    }

    private let transport: any HTTPTransport
    private let pacer: RequestPacer
    private let clock: any WallClock
    /// Requests for single records of a page that are under way at once.
    private let requestsAtOnce: Int

    /// A fetcher over `transport`, paced by `pacer`. Of a page's requests for single records `requestsAtOnce` are
    /// under way together; with one they come in the order of the records.
    package init(transport: any HTTPTransport, pacer: RequestPacer, clock: any WallClock, requestsAtOnce: Int = 4) {
        self.transport = transport
        self.pacer = pacer
        self.clock = clock
        self.requestsAtOnce = max(1, requestsAtOnce)
    }

    /// What became of a request.
    package enum Outcome: Sendable {
        case page(Page)
        case trouble(RetrievalTrouble)
    }

    /// Asks for the page at `position`, and for what is to be known about its records beside it. `owner` names the
    /// quota that the requests count against.
    /// - Throws: `CancellationError`.
    package func fetch(_ retrieval: Retrieval, at position: PagePosition, owner: String) async throws -> Outcome {
        let plan: RequestPlan
        do {
            plan = try retrieval.request(at: position, now: clock.now)
        } catch {
            return .trouble(.fail(error))
        }
        let response: HTTPResponse
        switch try await send(plan, of: retrieval, owner: owner) {
        case .failure(let trouble): return .trouble(trouble.value)
        case .success(let answered): response = answered
        }
        switch retrieval.interpret(ProviderResponse(response), at: position, now: clock.now) {
        case .page(var content):
            if let trouble = try await enrich(&content, retrieval, at: position, owner: owner) {
                return .trouble(trouble)
            }
            return .page(Page(content: content, providerClock: response.date(now: clock.now)))
        case let other: return .trouble(Self.trouble(other) ?? .fail(Failure(.internalFault, "no page was read")))
        }
    }

    /// Why a request gave nothing.
    private struct Refusal: Error {
        let value: RetrievalTrouble
    }

    private func send(
        _ plan: RequestPlan, of retrieval: Retrieval, owner: String
    ) async throws -> Result<HTTPResponse, Refusal> {
        do {
            return .success(
                try await pacer.run(owner: owner, limits: retrieval.limits) {
                    try await transport.send(HTTPRequest(plan))
                })
        } catch let error as HTTPError {
            try Task.checkCancellation()
            return .failure(Refusal(value: Self.trouble(error, provider: retrieval.definition.object.provider)))
        }
    }

    /// Makes the requests for single records, a few at once, and puts the answers into the page.
    private func enrich(
        _ page: inout FetchedPage, _ retrieval: Retrieval, at position: PagePosition, owner: String
    ) async throws -> RetrievalTrouble? {
        var waiting = page.enrichments[...]
        page.enrichments = []
        return try await withThrowingTaskGroup(of: (Enrichment, Result<HTTPResponse, Refusal>).self) { group in
            func start() {
                guard let next = waiting.popFirst() else { return }
                group.addTask { (next, try await send(next.plan, of: retrieval, owner: owner)) }
            }
            for _ in 0..<requestsAtOnce { start() }
            while let (enrichment, answer) = try await group.next() {
                let trouble: RetrievalTrouble?
                switch answer {
                case .failure(let refusal): trouble = refusal.value
                case .success(let response):
                    trouble = retrieval.enrich(
                        &page, with: ProviderResponse(response), for: enrichment, at: position, now: clock.now
                    ).flatMap(Self.trouble)
                }
                if let trouble {
                    group.cancelAll()
                    return trouble
                }
                start()
            }
            return nil
        }
    }

    /// What an outcome that is no page means for the run.
    private static func trouble(_ outcome: ResponseOutcome) -> RetrievalTrouble? {
        switch outcome {
        case .page: nil
        case .retry(let failure): failure.retryAt == nil ? .retry(failure) : .postpone(failure)
        case .throttled(let failure), .postponed(let failure): .postpone(failure)
        case .restart(let failure): .restart(failure)
        case .failed(let failure): .fail(failure)
        }
    }

    /// What a transport's error means for the run.
    static func trouble(_ error: HTTPError, provider: String) -> RetrievalTrouble {
        let cause = "\(provider): \(error.description)"
        switch error.kind {
        case .forbiddenAddress:
            return .fail(
                Failure(
                    .configuration, cause,
                    advice: "give the public address of the system; addresses of internal networks are refused"))
        case .unresolvedHost:
            return .retry(Failure(.transient, cause, advice: "check the host name in the integration's settings"))
        case .bodyTooLarge, .headersTooLarge:
            return .fail(Failure(.definition, cause, advice: "ask for smaller pages, or raise limits.body"))
        case .badContentEncoding, .tooManyRedirects, .refusedRedirect, .invalidRequest:
            return .fail(Failure(.definition, cause, advice: "check base_url, the path and the settings"))
        case .tls:
            return .retry(Failure(.transient, cause, advice: "the provider's certificate could not be verified"))
        default: return .retry(Failure(.transient, cause))
        }
    }
}

extension HTTPRequest {
    init(_ plan: RequestPlan) {
        self.init(
            method: plan.method, url: plan.url, headers: plan.headers.map { HTTPHeader($0.name, $0.value) },
            body: plan.body, limits: HTTPLimits(total: plan.timeout, bodyBytes: plan.maximumBody))
    }
}

extension ProviderResponse {
    init(_ response: HTTPResponse) {
        self.init(
            status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
    }
}

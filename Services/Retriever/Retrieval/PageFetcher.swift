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

    /// A fetcher over `transport`, paced by `pacer`.
    package init(transport: any HTTPTransport, pacer: RequestPacer, clock: any WallClock) {
        self.transport = transport
        self.pacer = pacer
        self.clock = clock
    }

    /// What became of a request.
    package enum Outcome: Sendable {
        case page(Page)
        case trouble(RetrievalTrouble)
    }

    /// Asks for the page at `position`. `owner` names the quota that the request counts against.
    /// - Throws: `CancellationError`.
    package func fetch(_ retrieval: Retrieval, at position: PagePosition, owner: String) async throws -> Outcome {
        let plan: RequestPlan
        do {
            plan = try retrieval.request(at: position, now: clock.now)
        } catch {
            return .trouble(.fail(error))
        }
        let response: HTTPResponse
        do {
            response = try await pacer.run(owner: owner, limits: retrieval.limits) {
                try await transport.send(HTTPRequest(plan))
            }
        } catch let error as HTTPError {
            try Task.checkCancellation()
            return .trouble(Self.trouble(error, provider: retrieval.definition.object.provider))
        }
        let provided = ProviderResponse(
            status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
        switch retrieval.interpret(provided, at: position, now: clock.now) {
        case .page(let page):
            let date = response.date(now: clock.now)
            return .page(Page(content: page, providerClock: date))
        case .retry(let failure): return .trouble(failure.retryAt == nil ? .retry(failure) : .postpone(failure))
        case .throttled(let failure), .postponed(let failure): return .trouble(.postpone(failure))
        case .restart(let failure): return .trouble(.restart(failure))
        case .failed(let failure): return .trouble(.fail(failure))
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

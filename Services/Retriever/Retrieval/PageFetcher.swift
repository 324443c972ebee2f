import Catalog
import Credentials
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

    /// Asks for the page at `position`, and for what is to be known about its records beside it. `user` is whose
    /// quota the requests count against. A token that the provider refuses is renewed and the page asked for again,
    /// as long as it may have been the token alone.
    /// - Throws: `CancellationError`.
    package func fetch(
        _ retrieval: Retrieval, at position: PagePosition, user: QuotaUser, credentials: RunCredentials
    ) async throws -> Outcome {
        do {
            var authorized = try await credentials.authorized(retrieval)
            var refusals = RefusalMachine()
            while true {
                let answer = try await ask(authorized.retrieval, at: position, user: user)
                guard case .failure(let refusal) = answer, refusal.isOfToken, let refused = authorized.token else {
                    return answer.outcome
                }
                switch refusals.refused(try await credentials.facts(ofRefused: authorized)) {
                case .renew: authorized = try await credentials.renewed(retrieval, refused: refused)
                case .believe: return answer.outcome
                case .later: return .trouble(.retry(Self.unproven(retrieval.definition.object.provider)))
                }
            }
        } catch let failure as Failure {
            try Task.checkCancellation()
            switch failure.kind {
            case .transient: return .trouble(failure.retryAt == nil ? .retry(failure) : .postpone(failure))
            case .throttled: return .trouble(.postpone(failure))
            default: return .trouble(.fail(failure))
            }
        }
    }

    private static func unproven(_ provider: String) -> Failure {
        Failure(
            .transient,
            "\(provider) refused several tokens, each of which was over or replaced before the answer arrived",
            advice:
                "the token is renewed and the request made again; if this stays, this machine is too slow for tokens that live so short a time"
        )
    }

    private typealias Answer = Result<Page, Refusal>

    private func ask(_ retrieval: Retrieval, at position: PagePosition, user: QuotaUser) async throws -> Answer {
        let plan: RequestPlan
        do {
            plan = try retrieval.request(at: position, now: clock.now)
        } catch {
            return .failure(Refusal(.fail(error)))
        }
        let response: HTTPResponse
        switch try await send(plan, of: retrieval, user: user) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let answered): response = answered
        }
        switch retrieval.interpret(ProviderResponse(response), at: position, now: clock.now) {
        case .page(var content):
            if let refusal = try await enrich(&content, retrieval, at: position, user: user) {
                return .failure(refusal)
            }
            return .success(Page(content: content, providerClock: response.date(now: clock.now)))
        case let other:
            await heed(other, of: user, RequestLimits(plan, of: retrieval))
            return .failure(
                Refusal(other, status: response.status) ?? Refusal(.fail(Failure(.internalFault, "no page was read"))))
        }
    }

    /// Why a request gave nothing.
    fileprivate struct Refusal: Error {
        let trouble: RetrievalTrouble
        /// Whether the provider refused the token: by the status 401, or by an answer that a rule of the definition
        /// takes for that. Not by 403: that is a matter of permissions.
        var isOfToken = false

        init(_ trouble: RetrievalTrouble) { self.trouble = trouble }

        init?(_ outcome: ResponseOutcome, status: Int) {
            guard let trouble = PageFetcher.trouble(outcome) else { return nil }
            self.trouble = trouble
            if case .fail(let failure) = trouble { isOfToken = failure.kind == .authorization && status != 403 }
        }
    }

    /// A request that is one of many `isPatient`: its page cannot be kept half.
    private func send(
        _ plan: RequestPlan, of retrieval: Retrieval, user: QuotaUser, isPatient: Bool = false
    ) async throws -> Result<HTTPResponse, Refusal> {
        let limits = RequestLimits(plan, of: retrieval)
        do {
            let response = try await pacer.run(user, limits, isPatient: isPatient) {
                try await transport.send(HTTPRequest(plan))
            }
            if retrieval.limits.remaining != nil {
                await pacer.note(
                    retrieval.quota(ProviderResponse(response), now: clock.now), of: user, limits)
            }
            return .success(response)
        } catch let wait as QuotaWait {
            let provider = retrieval.definition.object.provider
            return .failure(
                Refusal(
                    .postpone(
                        Failure(.throttled, "the quota of \(provider) is used up for now", retryAt: wait.until))))
        } catch let error as HTTPError {
            try Task.checkCancellation()
            return .failure(Refusal(Self.trouble(error, provider: retrieval.definition.object.provider)))
        }
    }

    /// Makes the requests for single records, a few at once, and puts the answers into the page.
    private func enrich(
        _ page: inout FetchedPage, _ retrieval: Retrieval, at position: PagePosition, user: QuotaUser
    ) async throws -> Refusal? {
        var waiting = page.enrichments[...]
        page.enrichments = []
        return try await withThrowingTaskGroup(of: (Enrichment, Result<HTTPResponse, Refusal>).self) { group in
            func start() {
                guard let next = waiting.popFirst() else { return }
                group.addTask { (next, try await send(next.plan, of: retrieval, user: user, isPatient: true)) }
            }
            for _ in 0..<requestsAtOnce { start() }
            while let (enrichment, answer) = try await group.next() {
                let refusal: Refusal?
                switch answer {
                case .failure(let found): refusal = found
                case .success(let response):
                    let outcome = retrieval.enrich(
                        &page, with: ProviderResponse(response), for: enrichment, at: position, now: clock.now)
                    if let outcome {
                        await heed(
                            outcome, of: user, RequestLimits(enrichment.plan, of: retrieval))
                    }
                    refusal = outcome.flatMap { Refusal($0, status: response.status) }
                }
                if let refusal {
                    group.cancelAll()
                    return refusal
                }
                start()
            }
            return nil
        }
    }

    /// Lets everybody know that the provider asks for fewer requests.
    private func heed(_ outcome: ResponseOutcome, of user: QuotaUser, _ limits: RequestLimits) async {
        guard case .throttled(let failure) = outcome else { return }
        await pacer.throttled(user, limits, until: failure.retryAt)
    }

    /// What an outcome that is no page means for the run.
    fileprivate static func trouble(_ outcome: ResponseOutcome) -> RetrievalTrouble? {
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

extension Result<PageFetcher.Page, PageFetcher.Refusal> {
    fileprivate var outcome: PageFetcher.Outcome {
        switch self {
        case .success(let page): .page(page)
        case .failure(let refusal): .trouble(refusal.trouble)
        }
    }
}

extension RequestLimits {
    fileprivate init(_ plan: RequestPlan, of retrieval: Retrieval) {
        self.init(retrieval.limits, class: plan.limitClass, object: retrieval.definition.object.name)
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

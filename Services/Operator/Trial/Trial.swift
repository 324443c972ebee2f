import Catalog
import HTTPClient
import JSON
import Models

/// What trying an object showed. Nothing of it is stored anywhere.
package struct Trial: Sendable {
    /// A request with its response.
    package struct Exchange: Sendable {
        /// What was asked.
        package let plan: RequestPlan
        /// What was answered.
        package let response: ProviderResponse
        /// How long it took.
        package let duration: Duration
    }

    /// What a page came to.
    package struct Page: Sendable {
        /// The requests that it took.
        package let exchanges: [Exchange]
        /// What its responses mean.
        package let outcome: ResponseOutcome
    }

    /// How it ended.
    package enum Ending: Sendable {
        /// The listing ended.
        case complete
        /// Enough was seen; this would be asked next.
        case cut(next: Result<RequestPlan, Failure>)
        /// It could not go on.
        case stopped(Failure)
    }

    /// What was tried.
    package let target: TrialTarget
    /// Its definition.
    package let definition: ResolvedDefinition
    /// How the run asks.
    package let retrieval: Retrieval
    /// The pages.
    package private(set) var pages: [Page] = []
    /// How it ended.
    package private(set) var ending = Ending.complete

    /// The most pages of one trial.
    package static let mostPages = 20

    /// Asks for the pages of `target` until `limit` records were seen.
    /// - Throws: `Diagnostics` or `Failure` where there is nothing to ask.
    package init(_ target: TrialTarget, limit: Int, transport: any HTTPTransport, clock: any WallClock) async throws {
        self.target = target
        definition = try target.definition()
        retrieval = try Retrieval(definition, target.context)
        try await run(limit, transport, clock)
    }

    private mutating func run(_ limit: Int, _ transport: any HTTPTransport, _ clock: any WallClock) async throws {
        var course = Course(retrieval)
        while true {
            var exchanges: [Exchange] = []
            let step: Course.Step
            do {
                step = try await course.step(now: clock.now) { plan in
                    let exchange = try await Self.ask(plan, transport)
                    exchanges.append(exchange)
                    return exchange.response
                }
            } catch let failure as Failure {
                ending = .stopped(failure)
                return
            }
            pages.append(Page(exchanges: exchanges, outcome: step.outcome))
            if let failure = step.outcome.failure {
                ending = .stopped(failure)
                return
            }
            guard step.goesOn else { return }
            if records.count >= limit || pages.count >= Self.mostPages {
                ending = .cut(next: Result { () throws(Failure) in try course.request(now: clock.now) })
                return
            }
        }
    }

    private static func ask(_ plan: RequestPlan, _ transport: any HTTPTransport) async throws -> Exchange {
        let begin = ContinuousClock.now
        do {
            let response = try await transport.send(
                HTTPRequest(
                    method: plan.method, url: plan.url, headers: plan.headers.map { HTTPHeader($0.name, $0.value) },
                    body: plan.body, limits: HTTPLimits(total: plan.timeout, bodyBytes: plan.maximumBody)))
            return Exchange(
                plan: plan,
                response: ProviderResponse(
                    status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body),
                duration: begin.duration(to: .now))
        } catch {
            try Task.checkCancellation()
            throw Failure(
                .transient, error.description,
                advice: error.kind == .forbiddenAddress
                    ? "internal addresses are refused unless --allow-addresses names their network" : nil)
        }
    }

    /// The entries that were read, rejected ones included.
    package var records: [FetchedRecord] {
        pages.flatMap { page -> [FetchedRecord] in
            guard case .page(let content) = page.outcome else { return [] }
            return content.records
        }
    }

    /// What stopped it, if anything did.
    package var failure: Failure? {
        switch ending {
        case .stopped(let failure), .cut(.failure(let failure)): failure
        default: nil
        }
    }

    /// The window's end that the run would have: never later than the provider's clock.
    package var until: Timestamp { target.context.until }
}

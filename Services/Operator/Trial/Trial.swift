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
        /// The provider's clock when it answered, where it says so.
        package let providerClock: Timestamp?
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
    /// The window's end that the run would have: never later than the provider's clock.
    package private(set) var until: Timestamp

    /// The most pages of one trial.
    package static let mostPages = 20
    /// The longest that one trial waits for a report: somebody is waiting for it.
    package static let longestWait = Duration.seconds(900)

    /// Asks for the pages of `target` until `limit` records were seen.
    /// - Throws: `Diagnostics` or `Failure` where there is nothing to ask.
    package init(_ target: TrialTarget, limit: Int, transport: any HTTPTransport, clock: any WallClock) async throws {
        self.target = target
        until = target.context.until
        definition = try target.definition()
        retrieval = try Retrieval(definition, target.context)
        try await run(limit, transport, clock)
    }

    private mutating func run(_ limit: Int, _ transport: any HTTPTransport, _ clock: any WallClock) async throws {
        var course = Course(retrieval)
        let begun = clock.now
        while true {
            var exchanges: [Exchange] = []
            let step: Course.Step
            do {
                step = try await course.step(now: clock.now) { plan in
                    let exchange = try await Self.ask(plan, transport, clock)
                    until = min(until, exchange.providerClock ?? until)
                    exchanges.append(exchange)
                    return exchange.response
                }
            } catch let failure as Failure {
                ending = .stopped(failure)
                return
            }
            pages.append(Page(exchanges: exchanges, outcome: step.outcome))
            // A run waits for a report as well, but lets go of it meanwhile.
            if case .postponed(let failure) = step.outcome, course.isWaitingForReport, let retryAt = failure.retryAt,
                retryAt < begun + Self.longestWait
            {
                try await clock.sleep(for: max(retryAt - clock.now, .zero))
                continue
            }
            if let failure = step.outcome.failure {
                ending = .stopped(failure)
                return
            }
            guard step.goesOn else { return }
            if records.count >= limit || answeredPages >= Self.mostPages {
                ending = .cut(next: Result { () throws(Failure) in try course.request(now: clock.now) })
                return
            }
        }
    }

    private var answeredPages: Int {
        pages.count { page in
            if case .page = page.outcome { true } else { false }
        }
    }

    private static func ask(
        _ plan: RequestPlan, _ transport: any HTTPTransport, _ clock: any WallClock
    ) async throws -> Exchange {
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
                duration: begin.duration(to: .now), providerClock: response.date(now: clock.now))
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
}

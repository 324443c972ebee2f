import Catalog
import Models

/// Plays an exchange file without network: what the definition asks is compared with what is written, the written
/// responses are read, and what comes of it is compared too.
package struct PurePlay {
    /// What does not fit, in words for the writer of the file; empty where all does.
    package private(set) var problems: [String] = []
    private let script: ExchangeScript
    private var retrieval: Retrieval
    private var answering: Answering
    private var yields: Yields
    private var end = "nothing"
    private var failure: Failure?
    private var connection: PlayedConnection?

    /// Plays `script` over the providers of `catalog`.
    /// - Throws: what keeps it from being played at all.
    package init(_ script: ExchangeScript, catalog: CatalogFolder) throws {
        self.script = script
        retrieval = try script.retrieval(catalog: catalog)
        yields = Yields(retrieval.definition)
        answering = Answering(script, goesOn: true)
        connection = try PlayedConnection(script, object: retrieval.definition.object)
        guard try connect() else { return }
        var position: PagePosition? = retrieval.start
        while let here = position {
            do {
                position = try step(at: here)
            } catch let failure as Failure {
                (end, self.failure, position) = ("failed \(failure.kind.rawValue)", failure, nil)
            }
        }
        finish()
    }

    /// Plays the person's consent, where there is one; false where it fails.
    private mutating func connect() throws -> Bool {
        guard var consent = try ConsentPlay(script, object: retrieval.definition.object) else { return true }
        do {
            while let asked = try consent.next() {
                let made = MadeRequest(method: asked.method, url: asked.url, headers: asked.headers, body: asked.body)
                guard let response = answering.response(to: made) else { break }
                try consent.take(response)
            }
        } catch {
            answering.finish()
            problems = answering.problems + ["the integration was not connected: \(error)"]
            return false
        }
        connection?.connect(consent.token)
        return true
    }

    /// Asks once and reads the response; returns where the run goes on.
    private mutating func step(at here: PagePosition) throws -> PagePosition? {
        let now = script.context.until
        let wasRetried = end.hasPrefix("retry")
        if connection?.needsToken(at: now) == true, try connection?.renew(&answering, now: now) == false { return nil }
        if let token = connection?.token { retrieval = try retrieval.carrying(token.access, kept: .object(token.kept)) }
        guard let response = answering.response(to: MadeRequest(try retrieval.request(at: here, now: now))) else {
            return nil
        }
        guard let outcome = enriched(retrieval.interpret(response, at: here, now: now), at: here, now: now) else {
            return nil
        }
        if case .failed(let failure) = outcome, failure.kind == .authorization, response.status != 403,
            connection?.mayRenew == true
        {
            return try connection?.renew(&answering, now: now) == true ? here : nil
        }
        connection?.wasTaken()
        // The retriever gives up at some time.
        if wasRetried, case .retry = outcome, script.ends.hasPrefix("retry") { return nil }
        end = outcome.ending
        failure = outcome.trouble
        switch outcome {
        case .page(let page):
            try yields.add(page)
            switch page.step {
            // What a sweep removes is found in the database.
            case .next(let next), .overlapMissed(let next): return retrieval.comparison(at: next) == nil ? next : nil
            case .end: return nil
            }
        case .retry: return here
        case .restart:
            retrieval = try retrieval.restarted()
            return retrieval.start
        case .throttled, .postponed, .failed: return nil
        }
    }

    /// The outcome with what the requests for single records of its page bring; nil where they are not answered.
    private mutating func enriched(_ outcome: ResponseOutcome, at here: PagePosition, now: Timestamp)
        -> ResponseOutcome?
    {
        guard case .page(var page) = outcome else { return outcome }
        let enrichments = page.enrichments
        page.enrichments = []
        for enrichment in enrichments {
            guard let response = answering.response(to: MadeRequest(enrichment.plan)) else { return nil }
            if let trouble = retrieval.enrich(&page, with: response, for: enrichment, at: here, now: now) {
                return trouble
            }
        }
        return .page(page)
    }

    private mutating func finish() {
        answering.finish()
        problems = answering.problems
        guard !answering.isLost else { return }
        problems += yields.differences(from: script.yields)
        problems += script.connection?.differences(from: connection?.token) ?? []
        if end != script.ends {
            problems.append("ends: it ended with '\(end)', written is '\(script.ends)'\(explanation)")
        }
        if let retryAt = script.retryAt, failure?.retryAt != retryAt {
            problems.append(
                "retry_at: it goes on at \(failure?.retryAt?.description ?? "no time that was told"), written is \(retryAt)"
            )
        }
    }

    private var explanation: String {
        failure.map { ": \($0.kind.rawValue): \($0.cause)\($0.advice.map { " — \($0)" } ?? "")" } ?? ""
    }
}

extension ExchangeScript {
    /// The retrieval of the written run.
    package func retrieval(catalog: CatalogFolder) throws -> Retrieval {
        guard let definition = catalog.providers[provider] else {
            let reasons = catalog.diagnostics.errors.map { "\n  - \($0)" }.joined()
            throw Problem(description: "the provider \(provider) cannot be read: run `tributary validate`\(reasons)")
        }
        let resolved: ResolvedDefinition
        do {
            resolved = try definition.resolve(object: object, overrides: overrides, settings: context.settings)
        } catch {
            throw Problem(
                description: "the definition of \(object) cannot be used:"
                    + error.sorted.map { "\n  - \($0)" }.joined())
        }
        var context = context
        if let method = try tokenMethod(of: resolved.object) { context.authorization = method.name }
        // Through its stored form, as another process reads it.
        return try Retrieval(ResolvedDefinition(storedBody: resolved.body[...]), context)
    }
}

extension ResponseOutcome {
    /// The outcome as `ends` says it: the action with the class of its failure.
    package var ending: String {
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
    package var trouble: Failure? {
        switch self {
        case .page: nil
        case .retry(let failure), .throttled(let failure), .postponed(let failure), .restart(let failure),
            .failed(let failure):
            failure
        }
    }
}

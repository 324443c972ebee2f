import Catalog
import Models

/// Plays an exchange file without network: what the definition asks is compared with what is written, the written
/// responses are read, and what comes of it is compared too.
package struct PurePlay {
    /// What does not fit, in words for the writer of the file; empty where all does.
    package private(set) var problems: [String] = []
    private let script: ExchangeScript
    private let retrieval: Retrieval
    private var position: PagePosition?
    private var yields: Yields
    private var end = "nothing"
    private var failure: Failure?

    /// Plays `script` over the providers of `catalog`.
    /// - Throws: what keeps it from being played at all.
    package init(_ script: ExchangeScript, catalog: CatalogFolder) throws {
        self.script = script
        retrieval = try script.retrieval(catalog: catalog)
        yields = Yields(retrieval.definition)
        position = retrieval.start
        for (index, exchange) in script.exchanges.enumerated() {
            guard let here = position else {
                problems.append(
                    "the run ended (\(end)) after exchange \(index) of \(script.exchanges.count)\(explanation)")
                break
            }
            try play(exchange, number: index + 1, at: here)
        }
        finish()
    }

    private mutating func play(_ exchange: ExchangeScript.Exchange, number: Int, at here: PagePosition) throws {
        let now = script.context.until
        let made = MadeRequest(try retrieval.request(at: here, now: now))
        let differences = exchange.request.differences(from: made)
        if !differences.isEmpty {
            problems.append(
                """
                exchange \(number): the request is not as written:
                  - \(differences.joined(separator: "\n  - "))
                  The request that was made, as it would be written:
                \(made.asWritten)
                """)
        }
        let outcome = retrieval.interpret(exchange.response, at: here, now: now)
        end = outcome.ending
        failure = outcome.trouble
        switch outcome {
        case .page(let page):
            try yields.add(page)
            switch page.step {
            case .next(let next), .overlapMissed(let next): position = next
            case .end: position = nil
            }
        case .retry: break
        case .restart: position = retrieval.start
        case .throttled, .postponed, .failed: position = nil
        }
    }

    private mutating func finish() {
        // A retry that nobody answers any more is tried again until the run is postponed.
        if let position, !end.hasPrefix("retry"),
            let plan = try? retrieval.request(at: position, now: script.context.until)
        {
            problems.append(
                """
                after the last exchange (\(end)\(explanation)) the run goes on, and nothing is written for it. It asks:
                \(MadeRequest(plan).asWritten)
                """)
        }
        problems += yields.differences(from: script.yields)
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
            resolved = try definition.resolve(object: object, settings: context.settings)
        } catch {
            throw Problem(
                description: "the definition of \(object) cannot be used:"
                    + error.sorted.map { "\n  - \($0)" }.joined())
        }
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

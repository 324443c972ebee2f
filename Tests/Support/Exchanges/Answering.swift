import Catalog

/// Goes through the steps of an exchange file as requests come: says what to answer, and what was not as written.
package struct Answering: Sendable {
    /// What does not fit, in words for the writer of the file.
    package private(set) var problems: [String] = []
    private var steps: ArraySlice<[ExchangeScript.Exchange]>
    private var last: ExchangeScript.Exchange?
    private let repeatsLast: Bool
    private let goesOn: Bool
    /// Whether a request came that no answer is written for; none is answered any more.
    package private(set) var isLost = false

    /// The steps of `script`. Where the file ends with a response that is retried, that is answered again and again.
    /// - Parameter goesOn: whether a request that is not as written is noted and answered all the same, so that one
    ///   play tells of all of them.
    package init(_ script: ExchangeScript, goesOn: Bool) {
        self.goesOn = goesOn
        steps = script.steps[...]
        repeatsLast = script.ends.hasPrefix("retry")
    }

    /// The response to `made`; nil where no such request is written.
    package mutating func response(to made: MadeRequest) -> ProviderResponse? {
        guard !isLost else { return nil }
        guard let step = steps.first else {
            if let last, repeatsLast, last.request.differences(from: made).isEmpty { return last.response }
            lose("the run goes on after the last exchange, and nothing is written for it.", made)
            return nil
        }
        let candidates = step.map { ($0, $0.request.differences(from: made)) }
        guard let (nearest, differences) = candidates.min(by: { $0.1.count < $1.1.count }) else { return nil }
        if !differences.isEmpty {
            lose(
                """
                \(nearest.name): the request is not as written:
                  - \(differences.joined(separator: "\n  - "))
                """, made)
            guard goesOn else { return nil }
            isLost = false
        }
        last = nearest
        steps[steps.startIndex].removeAll { $0.name == nearest.name }
        if steps.first?.isEmpty == true { steps.removeFirst() }
        return nearest.response
    }

    /// Whether `made` is the request that was answered last, as the first one after a postponement is.
    package mutating func expectLast(_ made: MadeRequest) {
        let differences = last?.request.differences(from: made) ?? []
        guard !differences.isEmpty, !isLost else { return }
        lose(
            """
            after the postponement the run does not go on with the request that it was postponed at:
              - \(differences.joined(separator: "\n  - "))
            """, made)
    }

    /// Notes what was never asked.
    package mutating func finish() {
        guard !isLost else { return }
        for exchange in steps.joined() { problems.append("\(exchange.name) was never asked") }
    }

    private mutating func lose(_ problem: String, _ made: MadeRequest) {
        isLost = true
        problems.append("\(problem)\n  The request that was made, as it would be written:\n\(made.asWritten)")
    }
}

import JSON
import Models

/// The number of results behind which a provider answers no more of a listing: there it starts again from the last
/// entry, which the request reads as `page.mark`.
struct ResultCap: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case results, mark
    }

    /// How many results there are at most.
    let results: Int
    /// The field of the last entry that the request goes on from.
    let field: JSONPath

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        let results = reader.integer(.results, in: 1...10_000_000)
        let field = reader.fieldPath(.mark)
        if !reader.has(.results) { reader.missing(.results, advice: "write results: 10000") }
        if !reader.has(.mark) {
            reader.missing(.mark, advice: "write mark: id, by which the request sorts and filters")
        }
        guard let results, let field else { return nil }
        self.results = results
        self.field = field
    }

    /// What comes after a page, given what would come without a cap.
    func step(
        _ step: PageStep, after position: PagePosition, facts: PageFacts, size: Int?, start: PagePosition
    ) throws(Failure) -> PageStep {
        let listed = position.listed + facts.count
        switch step {
        case .end:
            // At the cap the end is not the end of the set, whatever the provider says.
            guard facts.count > 0, listed >= results else { return .end }
        case .overlapMissed: return step
        case .next(var next):
            guard facts.count > 0, listed + (size ?? 1) > results else {
                next.listed = listed
                return .next(next)
            }
        }
        guard let mark = facts.lastEntry?[field], mark.scalarText != nil else {
            throw Failure(
                .definition, "the last entry before the cap has nothing at '\(field)' to go on from",
                advice: "correct 'pages.cap.mark'")
        }
        let value = Value(mark).json
        guard value != position.capMark else {
            throw Failure(
                .definition, "all \(results) entries up to the cap have the same '\(field)'",
                advice: "sort and filter by a field that differs, such as the id")
        }
        var next = position.reset(to: start)
        next.capMark = value
        return .next(next)
    }
}

import JSON
import Models

/// How a listing is paged: the strategy that `pages` names, with its stop conditions.
public struct Pagination: Sendable {
    /// Every strategy that `pages` knows. A new one is added here and nowhere else.
    static let strategies: [any PaginationStrategy.Type] = [
        NumberedPages.self, OffsetPages.self, CursorPages.self, LinkHeaderPages.self, NextURLPages.self,
        LastIDPages.self,
    ]

    let strategy: any PaginationStrategy
    /// Where the listing starts again because the provider answers only so much of it.
    let cap: ResultCap?

    /// Decodes `pages`; without one, everything comes in one response.
    init?(_ node: DefinitionNode?, at origin: Origin, path: String, context: DecodingContext) {
        guard let written = node else {
            guard let single = SinglePage(.emptyMap(at: origin), path: path, context: context) else { return nil }
            strategy = single
            cap = nil
            return
        }
        let keywords = Self.strategies.map { $0.keyword }
        cap = written["cap"].flatMap { ResultCap($0, path: "\(path).cap", context: context) }
        let node = written.removing(["cap"])
        let ways = node.entries.filter { keywords.contains($0.key) }
        guard ways.count == 1, let type = Self.strategies.first(where: { $0.keyword == ways[0].key }) else {
            let misspelt = node.entries.first { entry in
                !keywords.contains(entry.key) && NearestName.of(entry.key, among: keywords) != nil
            }
            context.report(
                at: misspelt?.keyOrigin ?? node.origin, path: path,
                ways.isEmpty ? "the way of paging is missing" : "several ways of paging",
                advice: misspelt.map { NearestName.advice(for: $0.key, among: keywords) }
                    ?? "write exactly one of: \(keywords.joined(separator: ", "))")
            return nil
        }
        guard let strategy = type.init(node, path: path, context: context) else { return nil }
        self.strategy = strategy
    }

    /// The first position.
    public var start: PagePosition { strategy.start }

    /// Whether entries can be skipped when the set moves between pages: then a periodic full run makes up for it.
    public var skipsWhenSetMoves: Bool { strategy.skipsWhenSetMoves }

    /// How the listing goes on after the page at `position`: a pure function.
    /// - Throws: `Failure` of class definition where the response cannot be continued from.
    func step(after position: PagePosition, facts: PageFacts) throws(Failure) -> PageStep {
        let step = try strategyStep(after: position, facts: facts)
        guard let cap else { return step }
        return try cap.step(step, after: position, facts: facts, size: strategy.options.size, start: strategy.start)
    }

    private func strategyStep(after position: PagePosition, facts: PageFacts) throws(Failure) -> PageStep {
        let isLast: Bool?
        do {
            isLast = try strategy.options.isLast(facts)
        } catch {
            throw Failure(.definition, "the stop condition of 'pages' failed: \(error)")
        }
        return try strategy.step(after: position, facts: facts, isLast: isLast)
    }
}

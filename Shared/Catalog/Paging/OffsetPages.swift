import JSON
import Models

/// Offsets, with an overlap that proves that nothing was skipped.
///
/// With `overlap: n` the next page begins n entries early. If the set moved, the last ids of the page before are no
/// longer there: then the listing goes back, in doubling steps, until it meets what it has seen, or the start.
struct OffsetPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case offset, order, overlap, into, size, sizeInto = "size_into", until, `while`, total
    }

    static let keyword = "offset"
    static let keys = Key.allCases.map(\.rawValue)
    /// After so many misses in one run the list is moving too fast to be read.
    static let maximumMisses = 100

    let options: PageOptions
    let first: Int
    let order: ListOrder
    let overlap: Int

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        order = reader.choice(.order, ListOrder.self) ?? .moving
        overlap = reader.integer(.overlap, in: 0...1000) ?? 0
        guard let first = reader.integer(.offset, in: 0...1_000_000) else { return nil }
        self.first = first
        if overlap > 0 {
            if let size = options.size {
                if overlap >= size {
                    reader.report(
                        .overlap, "the overlap is as large as the page",
                        advice: "make it smaller than size, such as \(max(1, size / 10))")
                }
            } else {
                reader.report(.overlap, "an overlap needs to know the size of a page", advice: "write size: 100")
            }
        }
    }

    var start: PagePosition { PagePosition(mark: .integer(Int64(first))) }
    var skipsWhenSetMoves: Bool { order == .moving && overlap == 0 }

    func request(at position: PagePosition) -> PageRequest {
        inserting(position.mark.isNull ? .integer(Int64(first)) : position.mark)
    }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        let offset = position.mark.int64 ?? Int64(first)
        if !position.tail.isEmpty, offset > Int64(first), !Self.holds(facts.ids, position.tail) {
            return try goBack(from: position, offset: offset)
        }
        if isLast == true || facts.count == 0 { return .end }
        let end = offset + Int64(facts.count)
        if let total = try facts.total(options) {
            if end >= total { return .end }
        } else if isLast == nil, let size = options.size, facts.count < size {
            return .end
        }
        let step = max(1, facts.count - overlap)  // with no more entries than the overlap: at least one ahead
        var next = position
        next.mark = .integer(offset + Int64(step))
        next.steps += 1
        next.tail = facts.ids.suffix(facts.count - step).compactMap { $0 }
        return .next(next)
    }

    /// One of the entries seen last is still there, and those that are stand in their order: everything behind it
    /// is on this page or later ones.
    private static func holds(_ ids: [String?], _ tail: [String]) -> Bool {
        let places = tail.compactMap { id in ids.firstIndex { $0 == id } }
        return !places.isEmpty && places == places.sorted()
    }

    private func goBack(from position: PagePosition, offset: Int64) throws(Failure) -> PageStep {
        var next = position
        next.misses += 1
        guard next.misses <= Self.maximumMisses else {
            throw Failure(
                .definition,
                "the list moves faster than it can be read: its overlap was missed \(Self.maximumMisses) times",
                advice: "enlarge 'pages.overlap', or page by a cursor or an id")
        }
        // Sizes double with consecutive misses; the count is never reset, which only makes later steps larger.
        let size = Int64(options.size ?? 100)
        let step = size << Int64(min(next.misses - 1, 16))
        next.mark = .integer(max(Int64(first), offset - step))
        next.steps += 1
        return .overlapMissed(next)
    }
}

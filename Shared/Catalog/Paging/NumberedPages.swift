import JSON
import Models

/// Page numbers, from 0 or 1.
struct NumberedPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case page, order, into, size, sizeInto = "size_into", until, `while`, total
    }

    static let keyword = "page"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    let first: Int
    let order: ListOrder

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        order = reader.choice(.order, ListOrder.self) ?? .moving
        guard let first = reader.integer(.page, in: 0...1_000_000) else { return nil }
        self.first = first
    }

    var start: PagePosition { PagePosition(mark: .integer(Int64(first))) }
    var skipsWhenSetMoves: Bool { order == .moving }

    func request(at position: PagePosition) -> PageRequest {
        inserting(position.mark.isNull ? .integer(Int64(first)) : position.mark)
    }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        let number = position.mark.int64 ?? Int64(first)
        if isLast == true || facts.count == 0 { return .end }
        if let total = try facts.total(options), let size = options.size {
            let pages = Int64(number) - Int64(first) + 1
            return pages.multipliedReportingOverflow(by: Int64(size)).partialValue >= total
                ? .end : try advance(position, to: .integer(number + 1))
        }
        // A short page ends the listing only where nothing else is declared to end it.
        if isLast == nil, let size = options.size, facts.count < size { return .end }
        return try advance(position, to: .integer(number + 1))
    }
}

/// What is known about the order of a listing.
enum ListOrder: String, CaseIterable, Sendable {
    /// Entries never change places and new ones come last: nothing can be skipped.
    case immutable
    /// Anything may happen between two pages.
    case moving
}

extension PageFacts {
    /// The number of entries altogether, where the options name it and the response has it.
    func total(_ options: PageOptions) throws(Failure) -> Int64? {
        guard let source = options.total else { return nil }
        do {
            if case .integer(let total) = try Filter.int.apply(to: try value(of: source), []) { return total }
            return nil
        } catch {
            throw Failure(.definition, "'pages.total': \(error)")
        }
    }
}

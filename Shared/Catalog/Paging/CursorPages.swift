import JSON
import Models

/// A cursor in the body or in a header.
struct CursorPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case cursor, into, size, sizeInto = "size_into", until, `while`, repeats
    }

    enum CursorKey: String, LanguageKey {
        case header, body
    }

    static let keyword = "cursor"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    private let header: String?
    private let source: ValueSource?
    /// Whether one cursor serves the whole listing, as those of scrolls do: then an empty page is the end.
    private let repeats: Bool

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        repeats = reader.bool(.repeats) ?? false
        guard let cursor = reader[.cursor] else { return nil }
        if case .map = cursor.content {
            let inner = KeyedReader<CursorKey>(cursor, path: reader.path(of: .cursor), context: context)
            header = inner.text(.header)
            source = inner.source(.body, names: .response)
            guard (header == nil) != (source == nil) else {
                inner.missing(.header, advice: "write the header or the path in the body that holds the next cursor")
                return nil
            }
        } else {
            header = nil
            source = reader.source(.cursor, names: .response)
            if source == nil { return nil }
        }
    }

    var start: PagePosition { PagePosition() }

    func request(at position: PagePosition) -> PageRequest { inserting(position.mark) }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        if isLast == true { return .end }
        let next: Value
        if let header {
            next = facts.response.header(header).map(Value.text) ?? .null
        } else if let source {
            do {
                next = try facts.value(of: source)
            } catch {
                throw Failure(.definition, "'pages.cursor': \(error)")
            }
        } else {
            next = .null
        }
        guard next.isTrue, !repeats || facts.count > 0 else { return .end }
        if repeats {
            var onward = position
            onward.mark = next.json
            onward.steps += 1
            return .next(onward)
        }
        return try advance(position, to: next.json)
    }
}

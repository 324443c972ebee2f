import JSON
import Models

/// A cursor in the body or in a header.
struct CursorPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case cursor, into, size, sizeInto = "size_into", until, `while`
    }

    enum CursorKey: String, LanguageKey {
        case header, body
    }

    static let keyword = "cursor"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    private let header: String?
    private let source: ValueSource?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
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
        guard next.isTrue else { return .end }
        return try advance(position, to: next.json)
    }
}

import JSON
import Models

/// The `Link` header (RFC 8288).
struct LinkHeaderPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case link, size, sizeInto = "size_into", until, `while`
    }

    static let keyword = "link"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    private let relation: String

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        guard let relation = reader.text(.link) else { return nil }
        self.relation = relation
    }

    var start: PagePosition { PagePosition() }

    func request(at position: PagePosition) -> PageRequest { position.mark.string.map(PageRequest.address) ?? .nothing }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        if isLast == true { return .end }
        let links = facts.response.headers.filter { $0.name.lowercased() == "link" }.flatMap {
            LinkHeader.parse($0.value)
        }
        guard let link = links.first(where: { $0.relations.contains(relation.lowercased()) }) else { return .end }
        return try advance(position, to: .string(WebAddress.resolve(link.target, against: facts.response.url)))
    }

    func check(with request: RequestTemplate, at origin: Origin, path: String, context: DecodingContext) {}
}

/// The full address of the next page in the body.
struct NextURLPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case nextURL = "next_url", size, sizeInto = "size_into", until, `while`
    }

    static let keyword = "next_url"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    private let source: ValueSource

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        guard let source = reader.source(.nextURL, names: .response) else { return nil }
        self.source = source
    }

    var start: PagePosition { PagePosition() }

    func request(at position: PagePosition) -> PageRequest { position.mark.string.map(PageRequest.address) ?? .nothing }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        if isLast == true { return .end }
        let next: Value
        do {
            next = try facts.value(of: source)
        } catch {
            throw Failure(.definition, "'pages.next_url': \(error)")
        }
        guard let text = next.asText, !text.isEmpty else { return .end }
        return try advance(position, to: .string(WebAddress.resolve(text, against: facts.response.url)))
    }

    func check(with request: RequestTemplate, at origin: Origin, path: String, context: DecodingContext) {}
}

/// The id of the last entry.
struct LastIDPages: PaginationStrategy {
    enum Key: String, LanguageKey {
        case lastID = "last_id", into, size, sizeInto = "size_into", until, `while`
    }

    static let keyword = "last_id"
    static let keys = Key.allCases.map(\.rawValue)

    let options: PageOptions
    private let field: JSONPath

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        options = PageOptions(reader)
        guard let field = reader.fieldPath(.lastID) else { return nil }
        self.field = field
    }

    var start: PagePosition { PagePosition() }

    func request(at position: PagePosition) -> PageRequest { inserting(position.mark) }

    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep {
        if isLast == true || facts.count == 0 { return .end }
        if isLast == nil, let size = options.size, facts.count < size { return .end }
        guard let id = facts.lastEntry?[field], let text = id.scalarText, !text.isEmpty else {
            throw Failure(
                .definition, "the last entry of the page has nothing at '\(field)' to continue from",
                advice: "correct 'pages.last_id'")
        }
        return try advance(position, to: Value(id).json)
    }
}

/// Everything in one response.
struct SinglePage: PaginationStrategy {
    static let keyword = "none"
    static let keys: [String] = []

    let options: PageOptions

    private enum Key: String, LanguageKey { case into }

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        options = PageOptions(KeyedReader<Key>(.emptyMap(at: node.origin), path: path, context: context))
    }

    var start: PagePosition { PagePosition() }
    func request(at position: PagePosition) -> PageRequest { .nothing }
    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep { .end }
    func check(with request: RequestTemplate, at origin: Origin, path: String, context: DecodingContext) {}
}

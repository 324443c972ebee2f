import JSON
import Models

/// What a position adds to the next request.
enum PageRequest: Sendable, Hashable {
    /// Nothing: the first page.
    case nothing
    /// A value at a place of the request.
    case insert(RequestTarget, Value)
    /// The request's path reads `page.position` itself.
    case named
    /// The whole address.
    case address(String)
}

/// A way in which a provider hands out long lists. Each decodes itself and is a pure function from a page to the next
/// position.
protocol PaginationStrategy: Sendable {
    /// The key of `pages` that chooses it.
    static var keyword: String { get }
    /// The keys that it understands, for the language's document.
    static var keys: [String] { get }
    /// Decodes itself.
    init?(_ node: DefinitionNode, path: String, context: DecodingContext)
    /// What all strategies share.
    var options: PageOptions { get }
    /// The first position.
    var start: PagePosition { get }
    /// What `position` adds to the request.
    func request(at position: PagePosition) -> PageRequest
    /// How the listing goes on after the page at `position`. `isLast` tells what the stop conditions said: nil where
    /// they say nothing.
    func step(after position: PagePosition, facts: PageFacts, isLast: Bool?) throws(Failure) -> PageStep
    /// Whether entries can be skipped when the set moves between pages.
    var skipsWhenSetMoves: Bool { get }
    /// Reports what does not fit the rest of the listing.
    func check(with request: RequestTemplate, at origin: Origin, path: String, context: DecodingContext)
}

extension PaginationStrategy {
    var skipsWhenSetMoves: Bool { false }

    func check(with request: RequestTemplate, at origin: Origin, path: String, context: DecodingContext) {
        let readsPage = request.reads(.page)
        if options.into == nil, !readsPage {
            context.report(
                at: origin, path: path, "the position goes nowhere",
                advice: "write into: { query: \(Self.keyword) }, or use {{ page.position }} in the request")
        }
        if case .body? = options.into, request.body == .none {
            context.report(
                at: origin, path: path, "the position goes into a body that the request does not have",
                advice: "write a body, or into: { query: … }")
        }
    }

    /// The request that puts `mark` where the options say.
    func inserting(_ mark: JSONValue) -> PageRequest {
        if mark.isNull { return .nothing }
        return options.into.map { .insert($0, Value(mark)) } ?? .named
    }

    /// The next position, or the failure of a provider that goes in circles.
    func advance(_ position: PagePosition, to mark: JSONValue) throws(Failure) -> PageStep {
        guard let next = position.advanced(to: mark) else {
            throw Failure(
                .definition, "the provider named a page that it had named before (\(Self.keyword))",
                advice: "check 'pages': a repeated position would never end")
        }
        return .next(next)
    }
}

/// What all strategies share: the page size and when to stop.
struct PageOptions: Sendable {
    /// Where the position goes in the request.
    var into: RequestTarget?
    /// How many entries a full page has.
    var size: Int?
    /// Where the size goes in the request.
    var sizeInto: RequestTarget?
    /// The listing ends with the page where this holds.
    var until: ValueSource?
    /// The listing ends with the page where this does not hold.
    var whileHolds: ValueSource?
    /// The number of entries altogether.
    var total: ValueSource?

    /// The expressions that end the listing.
    var stopConditions: [Template] {
        [until, whileHolds].compactMap { if case .template(let template)? = $0 { template } else { nil } }
    }

    /// For a request that is not one of several.
    init() {}

    /// The keys of `pages` that belong here.
    static let keys = ["into", "size", "size_into", "until", "while", "total"]

    init<Key: LanguageKey>(_ reader: KeyedReader<Key>) {
        func key(_ name: String) -> Key? { Key(rawValue: name) }
        if let key = key("into"), let inner = reader.reader(key, as: RequestTargetKey.self) {
            into = inner.target(header: .header, query: .query, body: .body)
        }
        if let key = key("size_into"), let inner = reader.reader(key, as: RequestTargetKey.self) {
            sizeInto = inner.target(header: .header, query: .query, body: .body)
        }
        size = key("size").flatMap { reader.integer($0, in: 1...100_000) }
        until = key("until").flatMap { reader.source($0, names: .response) }
        whileHolds = key("while").flatMap { reader.source($0, names: .response) }
        total = key("total").flatMap { reader.source($0, names: .response) }
        if sizeInto != nil, size == nil, let key = key("size_into") {
            reader.report(key, "'size_into' has no size to put there", advice: "write size: 100")
        }
    }

    /// Whether the page at hand is the last one; nil where nothing is said about it.
    func isLast(_ facts: PageFacts) throws(ExpressionFailure) -> Bool? {
        if let until, try facts.value(of: until).isTrue { return true }
        if let whileHolds { return !(try facts.value(of: whileHolds).isTrue) }
        return until == nil ? nil : false
    }
}

/// The place of a request.
enum RequestTargetKey: String, LanguageKey {
    case header, query, body
}

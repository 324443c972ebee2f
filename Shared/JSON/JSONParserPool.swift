import CSimdjson
import Synchronization

/// The scratch memory of parsing, used again from document to document. A parser costs nine bytes per byte of the
/// largest document it has seen, so few are kept, and none that has grown large.
struct JSONParserPool: ~Copyable, Sendable {
    /// Parsers that have read larger documents than this are not kept, in bytes.
    static let largestKept = 4 << 20
    /// How many are kept.
    static let mostKept = 16

    static let shared = JSONParserPool()

    private struct Parser: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let free = Mutex<[Parser]>([])

    /// Calls `body` with a parser that nobody else uses; nil when there is no memory for one.
    func withParser<Result>(_ body: (OpaquePointer) -> Result) -> Result? {
        let kept = free.withLock { $0.popLast() }
        guard let parser = kept?.pointer ?? tj_parser_create() else { return nil }
        let result = body(parser)
        let isKept = free.withLock { free in
            guard tj_parser_capacity(parser) <= Self.largestKept, free.count < Self.mostKept else { return false }
            free.append(Parser(pointer: parser))
            return true
        }
        if !isKept { tj_parser_free(parser) }
        return result
    }
}

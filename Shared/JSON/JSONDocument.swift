import CSimdjson

/// Bounds on a document.
public struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting of arrays and objects.
    public var depth: Int
    /// The longest document, in bytes. Parsing needs up to about 20 bytes of memory per byte in the worst case
    /// (nothing but brackets) and one or two in practice.
    public var bytes: Int

    /// The defaults suit a provider's response. No document may be longer than 2 GB or deeper than 4,096.
    public init(depth: Int = 1024, bytes: Int = 64 << 20) {
        self.depth = min(max(depth, 1), 4096)
        self.bytes = min(max(bytes, 0), Int(Int32.max))
    }
}

/// A JSON document (RFC 8259) that has been validated as a whole, once, and whose values are read in place.
///
/// What is accepted beyond the letter: a byte order mark at the start. What is accepted and marked: `\u0000` and lone
/// surrogates (`isStorable`). Numbers may be of any size and precision; their text is kept. Of several members with
/// one key the last wins, as in Postgres and Foundation, and the bytes keep them all.
public struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Validates `bytes`. They are not copied and need no spare capacity.
    /// - Throws: what is wrong first, and where.
    public init(_ bytes: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError(.tooLarge, detail: "\(bytes.count) bytes, limit \(limits.bytes)")
        }
        let parsed = JSONParserPool.shared.withParser { parser in
            bytes.withUnsafeBufferPointer { buffer -> tj_result in
                guard let base = buffer.baseAddress else {
                    return tj_result(nodes: nil, count: 0, flags: 0, code: Int32(TJ_EMPTY), offset: 0)
                }
                return tj_parse(parser, base, buffer.count, UInt32(limits.depth))
            }
        }
        guard let parsed else { throw JSONError(.outOfMemory) }
        guard let nodes = parsed.nodes else { throw Self.error(parsed, bytes, limits) }
        storage = JSONStorage(bytes: bytes, nodes: nodes, count: parsed.count, flags: parsed.flags)
    }

    /// Validates `bytes`. They are not copied and need no spare capacity.
    /// - Throws: what is wrong first, and where.
    public init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(bytes[...], limits: limits)
    }

    /// The outermost value.
    public var root: JSONNode { JSONNode(storage: storage, index: 0) }

    /// The whole document as it came.
    public var bytes: ArraySlice<UInt8> { storage.bytes }

    /// False where a string or key holds `\u0000` or a lone surrogate, which Postgres refuses.
    public var isStorable: Bool { storage.flags & UInt32(TJ_UNSTORABLE) == 0 }

    private static func error(_ parsed: tj_result, _ bytes: ArraySlice<UInt8>, _ limits: JSONLimits) -> JSONError {
        let offset = Int(clamping: parsed.offset)
        let first = bytes.first { ![0x20, 0x0A, 0x0D, 0x09, 0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "<") { return JSONError(.markup) }
        let kind: JSONError.Kind =
            switch Int(parsed.code) {
            case Int(TJ_EMPTY): .empty
            case Int(TJ_TRUNCATED): .truncated
            case Int(TJ_UTF8): .invalidUTF8
            case Int(TJ_DEPTH): .tooDeep
            case Int(TJ_TRAILING): .trailingBytes
            case Int(TJ_ESCAPE): .badEscape
            case Int(TJ_NUMBER_FORM): .badNumber
            case Int(TJ_CONTROL): .controlCharacter
            case Int(TJ_LENGTH): .tooLarge
            case Int(TJ_MEMORY): .outOfMemory
            default: .unexpected
            }
        let detail: String? =
            switch kind {
            case .tooDeep: "limit \(limits.depth)"
            case .outOfMemory: "\(bytes.count) bytes"
            default: nil
            }
        return JSONError(kind, offset: offset, in: bytes, detail: detail)
    }
}

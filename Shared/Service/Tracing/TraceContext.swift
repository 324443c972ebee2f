/// The identity of a trace and of one step in it, as it travels between programs (W3C Trace Context, `traceparent`).
public struct TraceContext: Hashable, Sendable {
    /// The trace, 16 bytes as two halves; never all zero.
    public let traceID: (high: UInt64, low: UInt64)
    /// The step; never zero.
    public let spanID: UInt64
    /// Whether the caller records it (the lowest bit of the flags).
    public let isSampled: Bool

    private init(traceID: (high: UInt64, low: UInt64), spanID: UInt64, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The start of a new trace.
    public static func new(
        isSampled: Bool = true, using generator: inout some RandomNumberGenerator
    ) -> TraceContext {
        TraceContext(
            traceID: (generator.next(), generator.nextNonZero()), spanID: generator.nextNonZero(),
            isSampled: isSampled)
    }

    /// The start of a new trace.
    public static func new() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return new(using: &generator)
    }

    /// A step within the same trace.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(traceID: traceID, spanID: generator.nextNonZero(), isSampled: isSampled)
    }

    /// A step within the same trace.
    public func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return child(using: &generator)
    }

    /// Parses a `traceparent` header. Versions above 00 are read by their first four fields, as the standard asks;
    /// nil for what is malformed, of version ff, or has an id of zeros.
    public init?(_ header: some StringProtocol) {
        let fields = header.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count >= 4, let version = Self.hex(fields[0], digits: 2), version != 0xFF,
            version != 0 || fields.count == 4,
            fields[1].utf8.count == 32, let high = Self.hex(fields[1].prefix(16), digits: 16),
            let low = Self.hex(fields[1].dropFirst(16), digits: 16), high | low != 0,
            let span = Self.hex(fields[2], digits: 16), span != 0, let flags = Self.hex(fields[3], digits: 2)
        else { return nil }
        self.init(traceID: (high, low), spanID: span, isSampled: flags & 1 == 1)
    }

    /// The trace id as 32 hexadecimal digits.
    public var traceIDText: String { Self.text(traceID.high) + Self.text(traceID.low) }

    /// The step's id as 16 hexadecimal digits.
    public var spanIDText: String { Self.text(spanID) }

    /// Whether all parts are the same.
    public static func == (left: TraceContext, right: TraceContext) -> Bool {
        left.traceID == right.traceID && left.spanID == right.spanID && left.isSampled == right.isSampled
    }

    /// Hashes the ids.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(traceID.low)
        hasher.combine(spanID)
    }

    private static func hex(_ text: some StringProtocol, digits: Int) -> UInt64? {
        let bytes = text.utf8
        guard bytes.count == digits,
            bytes.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return UInt64(text, radix: 16)
    }

    private static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

extension TraceContext: CustomStringConvertible {
    /// The `traceparent` header, version 00.
    public var description: String { "00-\(traceIDText)-\(spanIDText)-0\(isSampled ? 1 : 0)" }
}

extension RandomNumberGenerator {
    fileprivate mutating func nextNonZero() -> UInt64 { max(1, next()) }
}

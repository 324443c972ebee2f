import Models

/// A page of a run.
public struct PageKey: Hashable, Comparable, Sendable {
    /// The Integration Object's internal id.
    public var objectID: Int64
    /// The run's number.
    public var run: Int64
    /// The page within the run.
    public var page: Int32

    /// A value with these parts.
    public init(objectID: Int64, run: Int64, page: Int32) {
        self.objectID = objectID
        self.run = run
        self.page = page
    }

    /// Orders by the parts, the first one first.
    public static func < (left: PageKey, right: PageKey) -> Bool {
        (left.objectID, left.run, left.page) < (right.objectID, right.run, right.page)
    }
}

/// A page that a retriever has declared.
public struct DeclaredPage: Hashable, Sendable {
    /// Which page it is.
    public var key: PageKey
    /// The claim that fetched it: only its messages count.
    public var attempt: Int32
    /// The number of its records, and of its bits.
    public var expected: Int32

    /// A value with these parts.
    public init(key: PageKey, attempt: Int32, expected: Int32) {
        self.key = key
        self.attempt = attempt
        self.expected = expected
    }
}

/// The proof that records of one page were stored, in one batch.
public struct PageReceipt: Hashable, Sendable {
    /// What became of a record.
    public enum Outcome: Hashable, Sendable { case stored, unchanged, rejected }

    /// The page as it was declared.
    public let page: DeclaredPage
    /// One per record of the page.
    public private(set) var stored: ReceiptBits
    /// Those that are the same as stored, or older.
    public private(set) var unchanged: ReceiptBits
    /// Those that were rejected.
    public private(set) var rejected: ReceiptBits

    /// No proof yet.
    public init(_ page: DeclaredPage) {
        self.page = page
        let count = Int(max(0, page.expected))
        stored = ReceiptBits(count: count)
        unchanged = ReceiptBits(count: count)
        rejected = ReceiptBits(count: count)
    }

    /// Whether nothing has been noted.
    public var isEmpty: Bool { stored.isZero && unchanged.isZero && rejected.isZero }

    /// Notes what became of record `index`. An index outside the page is ignored: nobody waits for it. One record has
    /// one outcome; the first that is noted stays.
    public mutating func note(_ outcome: Outcome, index: Int32) {
        let index = Int(index)
        guard !stored[index], !unchanged[index], !rejected[index] else { return }
        switch outcome {
        case .stored: stored.set(index)
        case .unchanged: unchanged.set(index)
        case .rejected: rejected.set(index)
        }
    }
}

/// A row of bits, as Postgres' `bit varying` writes it.
public struct ReceiptBits: Hashable, Sendable, CustomStringConvertible {
    private var bits: [UInt8]

    /// `count` zeros.
    public init(count: Int) { bits = Array(repeating: UInt8(ascii: "0"), count: count) }

    /// The number of bits.
    public var count: Int { bits.count }

    /// Whether no bit is set.
    public var isZero: Bool { !bits.contains(UInt8(ascii: "1")) }

    /// The bit at `index`; false outside.
    public subscript(index: Int) -> Bool { bits.indices.contains(index) && bits[index] == UInt8(ascii: "1") }

    /// Sets the bit at `index`; does nothing outside.
    public mutating func set(_ index: Int) {
        if bits.indices.contains(index) { bits[index] = UInt8(ascii: "1") }
    }

    /// ORs in the bits of `other`.
    public mutating func formUnion(_ other: ReceiptBits) {
        for index in 0..<other.count where other[index] { set(index) }
    }

    /// The bits that are set here and not in `other`.
    public func countNew(comparedTo other: ReceiptBits) -> Int {
        bits.indices.reduce(0) { $0 + (self[$1] && !other[$1] ? 1 : 0) }
    }

    /// Zeros and ones, the first bit first.
    public var description: String { String(decoding: bits, as: UTF8.self) }
}

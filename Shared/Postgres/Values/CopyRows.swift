import Models

/// Rows for `COPY … FROM STDIN (FORMAT binary)`, laid out while they are added: every row with `row()`, then its values
/// in the order of the statement's columns. A value has to be of the column's very type: nothing is converted.
///
/// Source: https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format".
public struct CopyRows: Sendable {
    private var wire = WireBuffer()
    private let columns: Int16
    /// How many rows there are.
    public private(set) var count = 0

    /// No rows yet, of `columns` values each; `estimatedSize` is what they will take together, in bytes.
    public init(columns: Int16, estimatedSize: Int) {
        self.columns = columns
        wire.reserve(estimatedSize + 32)
        for byte in "PGCOPY\n".utf8 { wire.append(byte: byte) }
        for byte: UInt8 in [0xFF, 0x0D, 0x0A, 0x00] { wire.append(byte: byte) }
        // No flags, no extension of the header.
        wire.append(Int32(0))
        wire.append(Int32(0))
    }

    /// Begins the next row.
    public mutating func row() {
        count += 1
        wire.append(columns)
    }

    /// Adds a `bigint`.
    public mutating func add(_ value: Int64) {
        wire.append(Int32(8))
        wire.append(value)
    }

    /// Adds an `integer`.
    public mutating func add(_ value: Int32) {
        wire.append(Int32(4))
        wire.append(value)
    }

    /// Adds a `boolean`.
    public mutating func add(_ value: Bool) {
        wire.append(Int32(1))
        wire.append(value)
    }

    /// Adds a `uuid`.
    public mutating func add(_ value: PublicID) {
        wire.append(Int32(16))
        wire.append(value)
    }

    /// Adds a `text`, or the label of an enumeration.
    /// - Throws: `PostgresError.badData` for text with U+0000.
    public mutating func add(_ value: String?) throws {
        guard let value else { return addNull() }
        try measured { (wire) throws(WireBuffer.Refusal) in try wire.append(value) }
    }

    /// Adds a `json`.
    /// - Throws: `PostgresError.badData` for what holds a NUL byte.
    public mutating func add(json value: ArraySlice<UInt8>?) throws {
        guard let value else { return addNull() }
        try measured { (wire) throws(WireBuffer.Refusal) in try wire.append(json: value) }
    }

    /// Adds a `timestamptz`.
    /// - Throws: `PostgresError.badData` for a time that Postgres does not know.
    public mutating func add(_ value: Timestamp?) throws {
        guard let value else { return addNull() }
        try measured { (wire) throws(WireBuffer.Refusal) in try wire.append(value) }
    }

    private mutating func addNull() { wire.append(Int32(-1)) }

    private mutating func measured(_ body: (inout WireBuffer) throws(WireBuffer.Refusal) -> Void) throws {
        do {
            try wire.measured(body)
        } catch {
            throw PostgresError(.badData, "a value of row \(count) \(error.reason)")
        }
    }

    /// The stream so far; `end` follows it.
    var stream: [UInt8] { wire.bytes }

    /// What tells that no row follows.
    static let end: [UInt8] = [0xFF, 0xFF]
}

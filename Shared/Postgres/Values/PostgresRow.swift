import Models

/// One row of a result. A column that is missing, null where that is not expected, or of another type is a
/// `PostgresError` that names the column, never its value.
public struct PostgresRow: Sendable {
    let storage: ResultStorage
    let row: Int

    /// The names of the columns, in order.
    public var columns: [String] { storage.columns.map(\.name) }

    /// Whether `column` is null.
    public func isNull(_ column: String) throws -> Bool {
        storage.withCell(row, try index(of: column)) { $0 == nil }
    }

    /// A `bool`.
    public func bool(_ column: String) throws -> Bool { try present(boolIfPresent(column), column) }
    /// An `int2`, `int4`, `int8` or `oid`.
    public func int(_ column: String) throws -> Int64 { try present(intIfPresent(column), column) }
    /// A `float4` or `float8`.
    public func double(_ column: String) throws -> Double { try present(doubleIfPresent(column), column) }
    /// A `text`, `varchar`, `char` or `name`; cast an enum or a `numeric` to text in the SQL.
    public func text(_ column: String) throws -> String { try present(textIfPresent(column), column) }
    /// A `bytea`.
    public func bytes(_ column: String) throws -> [UInt8] { try present(bytesIfPresent(column), column) }
    /// The text of a `json` or `jsonb`.
    public func json(_ column: String) throws -> [UInt8] { try present(jsonIfPresent(column), column) }
    /// A `timestamptz`.
    public func timestamp(_ column: String) throws -> Timestamp { try present(timestampIfPresent(column), column) }
    /// A `uuid`.
    public func uuid(_ column: String) throws -> PublicID { try present(uuidIfPresent(column), column) }
    /// An `interval` without months; days count 24 hours.
    public func interval(_ column: String) throws -> Duration { try present(intervalIfPresent(column), column) }

    /// A `bool`, nil for null.
    public func boolIfPresent(_ column: String) throws -> Bool? {
        try decode(column, as: "bool") { bytes, type in
            type == PostgresType.bool && bytes.count == 1 ? bytes[0] != 0 : nil
        }
    }

    /// An `int2`, `int4`, `int8` or `oid`, nil for null.
    public func intIfPresent(_ column: String) throws -> Int64? {
        try decode(column, as: "int8") { bytes, type in CellDecoder.int(bytes, type) }
    }

    /// A `float4` or `float8`, nil for null.
    public func doubleIfPresent(_ column: String) throws -> Double? {
        try decode(column, as: "float8") { bytes, type in
            switch type {
            case PostgresType.float8: CellDecoder.integer(bytes, UInt64.self).map { Double(bitPattern: $0) }
            case PostgresType.float4: CellDecoder.integer(bytes, UInt32.self).map { Double(Float(bitPattern: $0)) }
            default: nil
            }
        }
    }

    /// A `text`, `varchar`, `char` or `name`, nil for null.
    public func textIfPresent(_ column: String) throws -> String? {
        try decode(column, as: "text") { bytes, type in
            CellDecoder.isText(type) ? String(decoding: bytes, as: UTF8.self) : nil
        }
    }

    /// A `bytea`, nil for null.
    public func bytesIfPresent(_ column: String) throws -> [UInt8]? {
        try decode(column, as: "bytea") { bytes, type in type == PostgresType.bytea ? Array(bytes) : nil }
    }

    /// The text of a `json` or `jsonb`, nil for null.
    public func jsonIfPresent(_ column: String) throws -> [UInt8]? {
        try decode(column, as: "json") { bytes, type in
            switch type {
            case PostgresType.json: Array(bytes)
            // One byte for the version of the format, then text.
            case PostgresType.jsonb: bytes.first == 1 ? Array(bytes.dropFirst()) : nil
            default: nil
            }
        }
    }

    /// A `timestamptz`, nil for null. `infinity` and `-infinity` are `Int64.max` and `Int64.min` microseconds.
    public func timestampIfPresent(_ column: String) throws -> Timestamp? {
        try decode(column, as: "timestamptz") { bytes, type in
            guard type == PostgresType.timestamptz, let wire = CellDecoder.integer(bytes, Int64.self) else {
                return nil
            }
            guard let microseconds = PostgresTime.unix(wire) else {
                throw PostgresError.column(
                    column, "holds a time after the year 294246, the last that Tributary can read")
            }
            return Timestamp(microseconds: microseconds)
        }
    }

    /// A `uuid`, nil for null.
    public func uuidIfPresent(_ column: String) throws -> PublicID? {
        try decode(column, as: "uuid") { bytes, type in
            guard type == PostgresType.uuid, bytes.count == 16 else { return nil }
            return PublicID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// An `interval` without months, nil for null; days count 24 hours.
    public func intervalIfPresent(_ column: String) throws -> Duration? {
        try decode(column, as: "interval") { bytes, type in
            guard type == PostgresType.interval, bytes.count == 16 else { return nil }
            let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            let days = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self))
            let months = Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self))
            guard months == 0 else { throw PostgresError.column(column, "counts months, which have no fixed length") }
            return .microseconds(microseconds) + .seconds(Int64(days) * 86_400)
        }
    }

    /// An `int8[]` of one dimension.
    public func intArray(_ column: String) throws -> [Int64?] {
        let decoded: [Int64?]? = try decode(column, as: "int8[]") { bytes, type in
            guard type == PostgresType.int8Array else { return nil }
            return CellDecoder.array(bytes) { CellDecoder.integer($0, Int64.self) }
        }
        return try present(decoded, column)
    }

    /// A `text[]` of one dimension.
    public func textArray(_ column: String) throws -> [String?] {
        let decoded: [String?]? = try decode(column, as: "text[]") { bytes, type in
            guard type == PostgresType.textArray else { return nil }
            return CellDecoder.array(bytes) { String(decoding: $0, as: UTF8.self) }
        }
        return try present(decoded, column)
    }

    private func index(of column: String) throws(PostgresError) -> Int {
        for index in storage.columns.indices where storage.columns[index].name == column { return index }
        throw .column(column, "is not in the result, which has: \(columns.joined(separator: ", "))")
    }

    /// `read` answers nil for a type it does not know.
    private func decode<Value>(
        _ column: String, as wanted: String, _ read: (UnsafeRawBufferPointer, UInt32) throws -> Value?
    ) throws -> Value? {
        let index = try index(of: column)
        let type = storage.columns[index].type
        return try storage.withCell(row, index) { bytes in
            guard let bytes else { return nil }
            guard let value = try read(bytes, type) else {
                throw PostgresError.column(
                    column, "is a \(PostgresType.name(of: type)) and was read as \(wanted): cast it in the SQL")
            }
            return value
        }
    }

    private func present<Value>(_ value: Value?, _ column: String) throws(PostgresError) -> Value {
        guard let value else { throw .column(column, "is null where a value was expected") }
        return value
    }
}

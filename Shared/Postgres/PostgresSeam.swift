import Models

/// A parameter of a statement, sent in Postgres' binary format.
///
/// Every case except `null` declares its type to the server, so that what a statement means never depends on the
/// values: `.int` is an `int8`, `.text` a `text`. Where the SQL needs another type, cast there, and the server
/// converts: `$1::int`, `$2::text::varbit`, `$3::jsonb`. Assignment to a narrower column (`int8` into an `int4`
/// column) and comparisons need no cast; arguments of functions do (`left(name, $1::int)`). A `null` takes the type
/// that the place in the SQL asks for; where nothing asks (`select $1`, `coalesce($1, $2)`), cast it.
public enum PostgresValue: Sendable {
    case null
    case bool(Bool)
    /// `int8`.
    case int(Int64)
    /// `float8`.
    case double(Double)
    /// `text`; refused if it holds U+0000, which Postgres cannot store.
    case text(String)
    /// `bytea`.
    case bytes(ArraySlice<UInt8>)
    /// `json`; UTF-8 text.
    case json(ArraySlice<UInt8>)
    /// `timestamptz`; `Int64.max` and `Int64.min` microseconds are Postgres' `infinity` and `-infinity`.
    case timestamp(Timestamp)
    case uuid(PublicID)
    /// `interval`.
    case interval(Duration)

    // Arrays, for `unnest`.
    case boolArray([Bool?])
    case intArray([Int64?])
    case doubleArray([Double?])
    case textArray([String?])
    case bytesArray([ArraySlice<UInt8>?])
    case jsonArray([ArraySlice<UInt8>?])
    case timestampArray([Timestamp?])
    case uuidArray([PublicID?])
}

/// What a statement returned.
public struct PostgresResult: Sendable {
    /// The rows, in order. Cells are decoded when they are asked for.
    public let rows: PostgresRows
    /// Rows inserted, updated, deleted or selected, as the command tag says.
    public let affected: Int

    /// A result.
    public init(rows: PostgresRows, affected: Int) {
        self.rows = rows
        self.affected = affected
    }
}

/// Something that runs statements: a connection, or the connection of a transaction.
public protocol PostgresSession: Sendable {
    /// Runs one statement, prepared on first use and kept by its text. Keep values out of `sql`: it is shown in errors.
    /// - Throws: `PostgresError` with SQLSTATE, constraint and statement name, never with values.
    @discardableResult
    func query(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresResult

    /// Runs a `COPY … FROM STDIN (FORMAT binary)` with `rows`: all of them are stored, or none.
    /// - Throws: `PostgresError`, as `query` does.
    func copy(_ sql: String, _ rows: CopyRows) async throws
}

extension PostgresSession {
    /// Runs one statement without parameters.
    @discardableResult
    public func query(_ sql: String) async throws -> PostgresResult { try await query(sql, []) }
}

/// Connections to one database as one role.
public protocol PostgresDatabase: PostgresSession {
    /// Runs `body` in a transaction on one connection: committed when it returns, rolled back when it throws.
    ///
    /// After a deadlock or a serialization failure the whole body runs again, a bounded number of times: it must not
    /// change anything outside the transaction that a second run would double.
    func transaction<Value: Sendable>(
        _ body: @Sendable (any PostgresSession) async throws -> Value
    ) async throws -> Value
}

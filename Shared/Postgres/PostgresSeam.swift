import Models

/// A parameter of a statement, sent in Postgres' binary format.
public enum PostgresValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case text(String)
    /// `bytea`.
    case bytes(ArraySlice<UInt8>)
    /// `json`; UTF-8 text.
    case json(ArraySlice<UInt8>)
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

/// One row of a result. A column that is missing, null where that is not expected, or of another type is a
/// `PostgresError` that names the column, never its value.
public protocol PostgresRow: Sendable {
    func bool(_ column: String) throws -> Bool
    func int(_ column: String) throws -> Int64
    func double(_ column: String) throws -> Double
    func text(_ column: String) throws -> String
    func bytes(_ column: String) throws -> [UInt8]
    func json(_ column: String) throws -> [UInt8]
    func timestamp(_ column: String) throws -> Timestamp
    func uuid(_ column: String) throws -> PublicID
    func boolIfPresent(_ column: String) throws -> Bool?
    func intIfPresent(_ column: String) throws -> Int64?
    func doubleIfPresent(_ column: String) throws -> Double?
    func textIfPresent(_ column: String) throws -> String?
    func jsonIfPresent(_ column: String) throws -> [UInt8]?
    func timestampIfPresent(_ column: String) throws -> Timestamp?
    func uuidIfPresent(_ column: String) throws -> PublicID?
}

/// What a statement returned.
public struct PostgresResult: Sendable {
    /// The rows, in order.
    public let rows: [any PostgresRow]
    /// Rows inserted, updated, deleted or selected, as the command tag says.
    public let affected: Int

    /// A result.
    public init(rows: [any PostgresRow], affected: Int) {
        self.rows = rows
        self.affected = affected
    }
}

/// Something that runs statements: a connection, or the connection of a transaction.
public protocol PostgresSession: Sendable {
    /// Runs one statement, prepared on first use and kept by its text.
    /// - Throws: `PostgresError` with SQLSTATE, constraint and statement name, never with values.
    @discardableResult
    func query(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresResult
}

extension PostgresSession {
    /// Runs one statement without parameters.
    @discardableResult
    public func query(_ sql: String) async throws -> PostgresResult { try await query(sql, []) }
}

/// Connections to one database as one role.
public protocol PostgresDatabase: PostgresSession {
    /// Runs `body` in a transaction on one connection: committed when it returns, rolled back when it throws.
    func transaction<Value: Sendable>(
        _ body: @Sendable (any PostgresSession) async throws -> Value
    ) async throws -> Value
}

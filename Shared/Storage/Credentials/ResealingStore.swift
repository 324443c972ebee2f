import Models
import Postgres

/// A sealed value that a change of keys concerns.
public struct SealedRow: Sendable, Hashable {
    /// Where it is: that decides what it is sealed for.
    public enum Table: String, Sendable, CaseIterable {
        /// What people gave.
        case credentials
        /// What providers gave.
        case tokens
    }

    /// Where it is.
    public var table: Table
    /// Whose it is.
    public var integration: Int64
    /// Whose it is, outside of the database.
    public var publicID: PublicID
    /// The sealed bytes.
    public var ciphertext: [UInt8]
    /// The key that opens them.
    public var keyID: String
    /// The row's version: a row that has changed since is left alone.
    public var version: Int64

    /// What the value is sealed for.
    public var purpose: String { "\(table == .credentials ? "credential" : "token"):\(publicID)" }
}

/// Everything that is sealed, to be sealed again with another key while everything runs.
public struct ResealingStore: Sendable {
    private let database: any PostgresDatabase

    /// A store in `database`. Needs the keeper's role.
    public init(database: any PostgresDatabase) { self.database = database }

    /// The next rows behind `integration` that were sealed with another key than `keyID`.
    public func outdated(
        in table: SealedRow.Table, keyID: String, after integration: Int64, limit: Int
    ) async throws -> [SealedRow] {
        let result = try await database.query(
            """
            select t.integration_id, i.public_id, t.ciphertext, t.key_id, t.version
            from tributary.\(table.rawValue) t join tributary.integrations i on i.id = t.integration_id
            where t.integration_id > $1 and t.key_id <> $2 order by t.integration_id limit $3
            """, [.int(integration), .text(keyID), .int(Int64(limit))])
        return try result.rows.map { row in
            SealedRow(
                table: table, integration: try row.int("integration_id"), publicID: try row.uuid("public_id"),
                ciphertext: try row.bytes("ciphertext"), keyID: try row.text("key_id"), version: try row.int("version"))
        }
    }

    /// Puts the same value, sealed with `keyID`, in place of `row`; false where the row has changed since.
    public func replace(_ row: SealedRow, ciphertext: [UInt8], keyID: String) async throws -> Bool {
        try await database.query(
            """
            update tributary.\(row.table.rawValue) set ciphertext = $4, key_id = $5
            where integration_id = $1 and version = $2 and key_id = $3
            """,
            [.int(row.integration), .int(row.version), .text(row.keyID), .bytes(ciphertext[...]), .text(keyID)]
        ).affected == 1
    }
}

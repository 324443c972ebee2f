import Models
import Postgres

/// A credential as it is stored: sealed, with the id of the key that opens it.
public struct StoredCredential: Sendable, Hashable {
    /// The sealed bytes.
    public var ciphertext: [UInt8]
    /// The key that opens them.
    public var keyID: String
    /// Grows with each change.
    public var version: Int64

    /// A sealed credential.
    public init(ciphertext: [UInt8], keyID: String, version: Int64) {
        self.ciphertext = ciphertext
        self.keyID = keyID
        self.version = version
    }
}

/// A merge patch (RFC 7396) of somebody's.
public struct StoredOverride: Sendable, Hashable {
    /// Whose it is, from the widest to the narrowest; the names are those of the catalog's layers.
    public enum Reach: String, Sendable {
        /// A customer's, for a provider or one of its objects.
        case customer
        /// An integration's.
        case integration
        /// One Integration Object's.
        case integrationObject = "integration object"
    }

    /// Whose it is.
    public var reach: Reach
    /// The patch: JSON.
    public var patch: [UInt8]

    /// A patch.
    public init(reach: Reach, patch: [UInt8]) {
        self.reach = reach
        self.patch = patch
    }
}

/// What a run needs to know of its integration.
public protocol IntegrationStore: Sendable {
    /// The credential of an integration; nil if it has none.
    func credential(integration: Int64) async throws -> StoredCredential?
    /// The overrides that concern an object, widest first.
    func overrides(object: Int64) async throws -> [StoredOverride]
}

/// Integrations in Postgres.
public struct PostgresIntegrationStore: IntegrationStore {
    private let database: any PostgresDatabase

    /// A store in `database`. Reading credentials needs the retriever's role.
    public init(database: any PostgresDatabase) { self.database = database }

    /// The credential of an integration; nil if it has none.
    public func credential(integration: Int64) async throws -> StoredCredential? {
        let result = try await database.query(
            "select ciphertext, key_id, version from tributary.credentials where integration_id = $1",
            [.int(integration)])
        return try result.rows.first.map { row in
            StoredCredential(
                ciphertext: try row.bytes("ciphertext"), keyID: try row.text("key_id"), version: try row.int("version"))
        }
    }

    /// The overrides that concern an object, widest first.
    public func overrides(object: Int64) async throws -> [StoredOverride] {
        let result = try await database.query(
            """
            select v.patch, \(Self.reach) as reach
            from tributary.integration_objects o join tributary.overrides v on \(Self.concerns)
            where o.id = $1 order by \(Self.widestFirst)
            """, [.int(object)])
        return try result.rows.compactMap { try StoredOverride($0) }
    }

    /// Whose the override `v` is.
    static let reach = """
        case when v.object_id is not null then 'integration object' when v.integration_id is not null then 'integration'
          else 'customer' end
        """
    /// Whether the override `v` concerns the object `o`.
    static let concerns = """
        (v.object_id = o.id
          or (v.object_id is null and v.integration_id = o.integration_id)
          or (v.object_id is null and v.integration_id is null
            and (v.customer_id is null or v.customer_id = o.customer_id) and v.provider = o.provider
            and (v.object is null or v.object = o.object)))
        """
    /// The order in which overrides are applied.
    static let widestFirst =
        "v.object_id nulls first, v.integration_id nulls first, v.customer_id nulls first, v.object nulls first"
}

extension StoredOverride {
    /// The override in the columns `reach` and `patch`; nil where there is none.
    init?(_ row: PostgresRow) throws {
        guard let patch = try row.jsonIfPresent("patch") else { return nil }
        self.init(reach: Reach(rawValue: try row.text("reach")) ?? .customer, patch: patch)
    }
}

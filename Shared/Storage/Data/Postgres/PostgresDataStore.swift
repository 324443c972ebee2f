import Models
import Postgres

/// The data tables in Postgres.
public struct PostgresDataStore: DataStore {
    private let database: any PostgresDatabase

    /// The tables of `database`, which is connected as the processor's role.
    public init(_ database: any PostgresDatabase) { self.database = database }

    /// Runs `body` in one transaction.
    public func transaction<Value: Sendable>(
        _ body: @Sendable (any DataSession) async throws -> Value
    ) async throws -> Value {
        try await database.transaction { session in
            try await session.query(Self.settings)
            return try await body(PostgresDataSession(session: session))
        }
    }

    /// Every join here is from a short list of keys into an index. Without statistics (a table that was empty a minute
    /// ago) the planner would rather read the whole table, or begin with it and look each row up in the list, and keep
    /// that plan while the table grows. So it gets few choices, and the lookups of each batch are written as `cross
    /// join lateral (… offset 0)`, which begins with the list. And a processor that was stopped in a transaction must
    /// not hold its locks for long.
    static let settings = """
        select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
          set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
          set_config('TimeZone', 'UTC', true), set_config('idle_in_transaction_session_timeout', '60s', true)
        """

    /// The objects with these public ids.
    public func objects(_ ids: [PublicID]) async throws -> [StoredObject] {
        try await database.query(Self.objectColumns + "where o.public_id = any($1::uuid[])", [.uuidArray(ids)])
            .rows.map(Self.object)
    }

    /// The objects with these internal ids.
    public func objects(internalIDs: [Int64]) async throws -> [StoredObject] {
        try await database.query(Self.objectColumns + "where o.id = any($1::bigint[])", [.intArray(internalIDs)])
            .rows.map(Self.object)
    }

    /// The body of the definition with this hash.
    public func definition(_ hash: String) async throws -> [UInt8]? {
        try await database.query("select body from tributary.definitions where hash = $1", [.text(hash)])
            .rows.first?.json("body")
    }

    private static let objectColumns = """
        select o.id, o.public_id, o.customer_id, o.integration_id, o.provider, o.interaction_type,
          c.public_id as customer_public_id, i.public_id as integration_public_id
        from tributary.integration_objects o
        join tributary.customers c on c.id = o.customer_id
        join tributary.integrations i on i.id = o.integration_id\u{20}
        """

    private static func object(_ row: PostgresRow) throws -> StoredObject {
        StoredObject(
            id: try row.int("id"),
            source: ObjectSource(
                customer: try row.uuid("customer_public_id"), integration: try row.uuid("integration_public_id"),
                object: try row.uuid("public_id")),
            customerID: try row.int("customer_id"), integrationID: try row.int("integration_id"),
            provider: try row.text("provider"), type: InteractionType(try row.text("interaction_type")))
    }
}

/// One transaction on the data tables.
struct PostgresDataSession: DataSession {
    let session: any PostgresSession
}

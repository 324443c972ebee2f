import Models
import Postgres

/// An integration that a person wants to connect.
public struct ConnectionTarget: Sendable {
    /// The integration.
    public var id: Int64
    /// The integration, outside of the database.
    public var publicID: PublicID
    /// Its provider.
    public var provider: String
    /// Its settings: JSON.
    public var settings: [UInt8]
    /// One of its objects, by whose definition it is connected.
    public var object: (id: Int64, name: String)

    /// The integration `key` of `customer`; nil if there is none with an object.
    public static func find(
        customer: String, key: String, in database: any PostgresDatabase
    ) async throws -> ConnectionTarget? {
        let result = try await database.query(
            """
            select i.id, i.public_id, i.provider, i.settings, o.id as object_id, o.object
            from tributary.integrations i join tributary.customers c on c.id = i.customer_id
            join tributary.integration_objects o on o.integration_id = i.id
            where c.key = $1 and i.key = $2 order by o.id limit 1
            """, [.text(customer), .text(key)])
        return try result.rows.first.map { row in
            ConnectionTarget(
                id: try row.int("id"), publicID: try row.uuid("public_id"), provider: try row.text("provider"),
                settings: try row.json("settings"), object: (try row.int("object_id"), try row.text("object")))
        }
    }
}

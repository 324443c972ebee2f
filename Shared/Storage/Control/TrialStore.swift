import Models
import Postgres

/// Where an Integration Object stands, for a trial of what its next run would ask.
public struct TrialPlace: Sendable {
    /// The object's row.
    public var objectID: Int64
    /// The integration's row.
    public var integrationID: Int64
    /// The integration's public id.
    public var integrationPublicID: PublicID
    /// The provider.
    public var provider: String
    /// The object of its definition.
    public var object: String
    /// The integration's settings, JSON.
    public var settings: [UInt8]
    /// How far it is complete.
    public var completeUntil: Timestamp?
    /// The mark kept from the last success, JSON.
    public var cursor: [UInt8]?
}

/// What trying an object reads. Nothing is written.
public struct TrialStore: Sendable {
    private let database: any PostgresDatabase

    /// A store in `database`.
    public init(database: any PostgresDatabase) { self.database = database }

    /// Where `object` stands; nil if there is no such object.
    public func place(object: PublicID) async throws -> TrialPlace? {
        let result = try await database.query(
            """
            select o.id, o.integration_id, i.public_id, o.provider, o.object, i.settings, s.complete_until, s.cursor
            from tributary.integration_objects o
            join tributary.integrations i on i.id = o.integration_id
            join tributary.object_state s on s.object_id = o.id
            where o.public_id = $1
            """, [.uuid(object)])
        return try result.rows.first.map { row in
            TrialPlace(
                objectID: try row.int("id"), integrationID: try row.int("integration_id"),
                integrationPublicID: try row.uuid("public_id"), provider: try row.text("provider"),
                object: try row.text("object"), settings: try row.json("settings"),
                completeUntil: try row.timestampIfPresent("complete_until"), cursor: try row.jsonIfPresent("cursor"))
        }
    }
}

import Models
import Postgres

extension PostgresDataSession {
    func takeRemapping(limit: Int) async throws -> RemappingPart? {
        let request = try await session.query(
            """
            select object_id, definition, done_until from tributary.remap_requests
            order by requested_at, object_id limit 1 for update skip locked
            """
        ).rows.first
        guard let request else { return nil }
        let objectID = try request.int("object_id")
        let definition = try request.text("definition")
        let interactions = try await session.query(
            """
            update tributary.interactions i set definition = $4
            from (
              select external_id from tributary.interactions
              where object_id = $1 and external_id > $2 and deleted_at is null and payload is not null
              order by external_id limit $3 for no key update
            ) t
            where i.object_id = $1 and i.external_id = t.external_id
            returning i.external_id, i.payload,
              least(coalesce(i.modified_at, i.modified), i.modified + interval '1 day') as modified
            """,
            [.int(objectID), .text(try request.text("done_until")), .int(Int64(limit)), .text(definition)]
        ).rows.map { row in
            RemappingPart.StoredPayload(
                externalID: try row.text("external_id"), modified: try row.timestamp("modified"),
                payload: try row.json("payload"))
        }.sorted { $0.externalID.utf8.lexicographicallyPrecedes($1.externalID.utf8) }
        if let last = interactions.last {
            try await session.query(
                "update tributary.remap_requests set done_until = $2 where object_id = $1",
                [.int(objectID), .text(last.externalID)])
        } else {
            try await session.query("delete from tributary.remap_requests where object_id = $1", [.int(objectID)])
        }
        return RemappingPart(objectID: objectID, definition: definition, interactions: interactions)
    }
}

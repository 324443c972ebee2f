import Models
import Postgres

extension PostgresDataSession {
    func enqueue(_ entries: [OutboxEntry]) async throws {
        // Arrays of arrays have to be of one length in Postgres, so the keys travel flat, each with its entry's number.
        var numbers: [Int64?] = []
        var entities: [PublicID?] = []
        var externalIDs: [String?] = []
        var objects: [Int64?] = []
        for (number, entry) in entries.enumerated() {
            switch entry.keys {
            case .entities(let ids):
                objects.append(nil)
                for id in ids {
                    numbers.append(Int64(number))
                    entities.append(id)
                    externalIDs.append(nil)
                }
            case .records(let objectID, let ids):
                objects.append(objectID)
                for id in ids {
                    numbers.append(Int64(number))
                    entities.append(nil)
                    externalIDs.append(id)
                }
            }
        }
        guard !numbers.isEmpty else { return }
        try await session.query(
            """
            insert into tributary.outbox (shard, type, object_id, entity_ids, external_ids)
            select e.shard, e.type, e.object_id,
              case when e.object_id is null then k.entity_ids end, case when e.object_id is not null then k.external_ids end
            from unnest($4::bigint[], $5::text[], $6::bigint[]) with ordinality as e (shard, type, object_id, place)
            join (
              select number, array_agg(entity_id) as entity_ids, array_agg(external_id) as external_ids
              from unnest($1::bigint[], $2::uuid[], $3::text[]) as t (number, entity_id, external_id) group by number
            ) k on k.number = e.place - 1
            """,
            [
                .intArray(numbers), .uuidArray(entities), .textArray(externalIDs), .intArray(entries.map(\.shard)),
                .textArray(entries.map(\.type.topicSuffix)), .intArray(objects),
            ])
    }

    func reject(_ rows: [RejectedRow]) async throws {
        guard !rows.isEmpty else { return }
        try await session.query(
            """
            insert into tributary.rejected (object_id, run, attempt, page, index, external_id, reason, topic, partition,
              message_offset, message_time, key, value, headers)
            select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
              $8::text[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::bytea[], $13::bytea[], $14::json[])
            on conflict do nothing
            """,
            [
                .intArray(rows.map { $0.source?.objectID }), .intArray(rows.map { $0.source?.place.run }),
                .intArray(rows.map { $0.source.map { Int64($0.place.attempt) } }),
                .intArray(rows.map { $0.source.map { Int64($0.place.page) } }),
                .intArray(rows.map { $0.source.map { Int64($0.place.index) } }),
                .textArray(rows.map { $0.externalID.map(StoredText.storable) }),
                .textArray(rows.map { StoredText.storable($0.reason) }), .textArray(rows.map(\.message.topic)),
                .intArray(rows.map { Int64($0.message.partition) }), .intArray(rows.map(\.message.offset)),
                .timestampArray(rows.map(\.message.timestamp)), .bytesArray(rows.map(\.message.key)),
                .bytesArray(rows.map(\.message.value)),
                .jsonArray(rows.map { StoredTexts.json($0.message.headers)[...] }),
            ])
    }
}

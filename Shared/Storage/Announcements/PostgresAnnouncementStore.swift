import Models
import Postgres

/// The announcements in Postgres.
public struct PostgresAnnouncementStore: AnnouncementStore {
    private let database: any PostgresDatabase

    /// The table of `database`, which is connected as the scheduler's role.
    public init(database: any PostgresDatabase) { self.database = database }

    /// Gives the oldest announcements to `send`, and removes them when that returns.
    public func publishAnnouncements(
        limit: Int, _ send: @Sendable ([Announcement]) async throws -> Void
    ) async throws -> Int {
        // Asked many times a second and nearly always for nothing, so not in a transaction yet.
        let any = try await database.query("select exists (select 1 from tributary.announcements) as any").rows.first
        guard try any?.bool("any") == true else { return 0 }
        return try await database.transaction { session in
            try await session.query(PublishingPatience.statement)
            let turn = try await session.query(
                "select pg_try_advisory_xact_lock(hashtext('tributary.announcements')) as mine")
            guard try turn.rows.first?.bool("mine") == true else { return 0 }
            let announcements = try await session.query(
                "select id, kind, key, source, body, made_at from tributary.announcements order by id limit $1",
                [.int(Int64(limit))]
            ).rows.map { row in
                Announcement(
                    id: try row.int("id"), kind: try row.text("kind"), key: try row.text("key"),
                    source: try row.text("source"), body: try row.json("body"), madeAt: try row.timestamp("made_at"))
            }
            guard !announcements.isEmpty else { return 0 }
            try await send(announcements)
            try await session.query(
                "delete from tributary.announcements where id = any($1::bigint[])", [.intArray(announcements.map(\.id))]
            )
            return announcements.count
        }
    }
}

import Foundation
import Models
import Postgres
import PostgresHarness
import Storage

/// Interactions alone into their table: the batches of a processor without what they mean.
enum UpsertBenchmark {
    private static let batches = 50
    private static let batch = 2000

    static func run() async throws -> Figure {
        try await withTestDatabase { database in
            _ = try await MigrationRunner(database.settings).run()
            let store = PostgresDataStore(database.pool(connections: 2))
            let now = Timestamp(seconds: 1_767_225_600)
            var rows: [[InteractionRow]] = []
            for index in 0..<batches { rows.append(Self.rows(index, at: now)) }
            let inserting = try await seconds(of: rows, store, now)
            let again = try await seconds(of: rows, store, now)
            let count = Double(batches * batch)
            return Figure(
                "upsert_rows_per_s", count / inserting,
                ["rows": count, "batch": Double(batch), "seconds": inserting, "unchanged_per_s": count / again])
        }
    }

    private static func seconds(
        of batches: [[InteractionRow]], _ store: PostgresDataStore, _ now: Timestamp
    ) async throws -> Double {
        let start = ContinuousClock.now
        for rows in batches {
            _ = try await store.transaction { session in try await session.upsert(rows, now: now) }
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private static func rows(_ batch: Int, at now: Timestamp) -> [InteractionRow] {
        (0..<Self.batch).map { index in
            let number = batch * Self.batch + index
            let version = InteractionVersion(
                modifiedAt: now, until: now, run: 1, attempt: 1, page: Int32(number / 100), index: Int32(number % 100))
            let payload = SamplePages.record("contacts", number, customer: "c1", system: "crm")
            return InteractionRow(
                key: InteractionKey(objectID: Int64(1 + batch % 10), externalID: "c\(number)"), customerID: 1,
                version: StoredVersion(version, isSwept: false), run: 1, modifiedAt: now, deletedAt: nil,
                contentHash: PublicID(high: UInt64(number), low: 7), definition: String(repeating: "a", count: 32),
                payload: Array(payload.utf8)[...])
        }.sorted { $0.key < $1.key }
    }
}

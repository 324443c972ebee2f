import Migrations
import Postgres
import PostgresHarness
import Storage
import Testing

@Suite struct MigrationRunnerTests {
    private static let first = Migration(number: 1, name: "first", sql: "create table tributary.a (x int);\n")
    private static let second = Migration(
        number: 2, name: "second", sql: "insert into tributary.a values (1);\ninsert into tributary.a values (2);")

    private func rows(_ database: TestDatabase) async throws -> Int64 {
        let connection = try await database.connection()
        return try await connection.query("select count(*) as n from tributary.a").rows[0].int("n")
    }

    @Test func `migrations are applied once, in order, and reported`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            #expect(try await MigrationRunner.currentVersion(connection) == 0)
            let progress = Log<String>()
            let one = try await MigrationRunner(database.settings, migrations: [Self.first]).run {
                progress.note($0.label)
            }
            #expect(one == .init(applied: [Self.first], version: 1))
            #expect(try await MigrationRunner.currentVersion(connection) == 1)
            let both = MigrationRunner(database.settings, migrations: [Self.first, Self.second])
            #expect(try await both.run { progress.note($0.label) } == .init(applied: [Self.second], version: 2))
            #expect(try await both.run { progress.note($0.label) } == .init(applied: [], version: 2))
            #expect(progress.entries == ["0001_first", "0002_second"])
            #expect(try await rows(database) == 2)
            #expect(try await MigrationRunner.currentVersion(connection) == 2)
        }
    }

    @Test func `runners at the same time apply each migration once`() async throws {
        try await withTestDatabase { database in
            let runner = MigrationRunner(database.settings, migrations: [Self.first, Self.second])
            let reports = try await withThrowingTaskGroup(of: MigrationRunner.Report.self) { group in
                for _ in 0..<6 { group.addTask { try await runner.run() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.filter { !$0.applied.isEmpty }.map(\.applied.count) == [2])
            #expect(try await rows(database) == 2)
        }
    }

    @Test func `a migration that was changed after it was applied is refused`() async throws {
        try await withTestDatabase { database in
            _ = try await MigrationRunner(database.settings, migrations: [Self.first]).run()
            let changed = Migration(number: 1, name: "first", sql: Self.first.sql + " ")
            await #expect(throws: MigrationError.changed("0001_first")) {
                try await MigrationRunner(database.settings, migrations: [changed, Self.second]).run()
            }
            let left = try await rows(database)
            #expect(left == 0)
            // The lock is free again.
            #expect(
                try await MigrationRunner(database.settings, migrations: [Self.first, Self.second]).run().version == 2)
        }
    }

    @Test func `a migration that fails is undone as a whole and named with its line`() async throws {
        try await withTestDatabase { database in
            let broken = Migration(
                number: 2, name: "broken", sql: "insert into tributary.a values (1);\n\nselect nothing from nowhere;")
            let error = await #expect(throws: MigrationError.self) {
                try await MigrationRunner(database.settings, migrations: [Self.first, broken]).run()
            }
            guard case .failed("0002_broken", let line, let cause) = error else {
                Issue.record("not the expected error: \(String(describing: error))")
                return
            }
            #expect(line == 3)
            #expect(cause.sqlState == "42P01")
            #expect(error?.description.contains("line 3") == true)
            let left = try await rows(database)
            #expect(left == 0)
            let version = try await MigrationRunner.currentVersion(database.connection())
            #expect(version == 1)
        }
    }

    @Test func `an older build leaves a newer database alone`() async throws {
        try await withTestDatabase { database in
            _ = try await MigrationRunner(database.settings, migrations: [Self.first, Self.second]).run()
            await #expect(throws: MigrationError.databaseIsNewer(2, known: 1)) {
                try await MigrationRunner(database.settings, migrations: [Self.first]).run()
            }
        }
    }

    @Test func `numbers with a gap are refused before anything is done`() async throws {
        try await withTestDatabase { database in
            await #expect(throws: MigrationError.misnumbered("0002_second", expected: 1)) {
                try await MigrationRunner(database.settings, migrations: [Self.second]).run()
            }
            let version = try await MigrationRunner.currentVersion(database.connection())
            #expect(version == 0)
        }
    }

    @Test func `the migrations of this build make a schema, in several databases of one cluster at once`() async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await withTestDatabase { database in
                        let report = try await MigrationRunner(database.settings).run()
                        #expect(report.version == Migrations.all.count)
                        #expect(report.applied == Migrations.all)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

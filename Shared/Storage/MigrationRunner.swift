import Migrations
import Postgres

/// Brings a database's schema up to date: each migration in its own transaction, one runner at a time, and never over a
/// migration that was changed after it was applied.
public struct MigrationRunner: Sendable {
    private let settings: PostgresSettings
    private let waitForServer: Duration
    private let migrations: [Migration]

    /// What a run found and did.
    public struct Report: Sendable, Equatable {
        /// The migrations that were applied now, in order.
        public let applied: [Migration]
        /// The version afterwards.
        public let version: Int

        /// A report.
        public init(applied: [Migration], version: Int) {
            self.applied = applied
            self.version = version
        }
    }

    /// A runner for the database of `settings`, whose role must be allowed to create schemas and roles. A server that is
    /// away is waited for. Statements run without a time limit.
    public init(
        _ settings: PostgresSettings, migrations: [Migration] = Migrations.all, waitForServer: Duration = .seconds(30)
    ) {
        var settings = settings
        settings.statementTimeout = nil
        settings.idleInTransactionTimeout = nil
        self.settings = settings
        self.waitForServer = waitForServer
        self.migrations = migrations
    }

    /// The number of the last migration that was applied; 0 for a database that never was migrated.
    /// - Throws: `PostgresError`; `.notPermitted` if the role may not look into the schema.
    public static func currentVersion(_ session: any PostgresSession) async throws -> Int {
        // In two steps, for a statement that names a missing table is an error, and would abort a transaction.
        let table = try await session.query("select to_regclass('tributary.schema_migrations') is not null as exists")
        guard try table.rows.first?.bool("exists") == true else { return 0 }
        let newest = try await session.query(
            "select coalesce(max(number), 0) as number from tributary.schema_migrations")
        return Int(clamping: try newest.rows.first?.int("number") ?? 0)
    }

    /// Applies what is missing. `onProgress` hears of each migration before it runs.
    /// - Throws: `MigrationError`, or `PostgresError` for a server that is away.
    public func run(onProgress: @Sendable (Migration) -> Void = { _ in }) async throws -> Report {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw MigrationError.misnumbered(migration.label, expected: index + 1)
        }
        let pool = PostgresPool(settings, connections: 1, waitForServer: waitForServer)
        return try await pool.withConnection { connection in
            do {
                let report = try await run(on: connection, onProgress)
                await connection.close()
                return report
            } catch {
                // The session holds the lock, so it has to end.
                await connection.close()
                throw error
            }
        }
    }

    private func run(
        on connection: PostgresConnection, _ onProgress: @Sendable (Migration) -> Void
    ) async throws -> Report {
        try await connection.query("select pg_advisory_lock($1)", [.int(Self.lock)])
        try await prepare(connection)
        let checksums = try await checksums(connection)
        let version = try await verify(connection, checksums)
        var applied: [Migration] = []
        for (migration, checksum) in zip(migrations, checksums).dropFirst(version) {
            onProgress(migration)
            try await apply(migration, checksum, connection)
            applied.append(migration)
        }
        return Report(applied: applied, version: migrations.count)
    }

    /// "tributar" in ASCII: the advisory lock that a running migration holds.
    private static let lock: Int64 = 0x7472_6962_7574_6172

    private func prepare(_ connection: PostgresConnection) async throws {
        let row = try await connection.query(
            """
            select to_regnamespace('tributary') is not null as schema,
                   to_regclass('tributary.schema_migrations') is not null as "table"
            """
        ).rows.first
        if try row?.bool("schema") != true { try await connection.query("create schema tributary") }
        if try row?.bool("table") != true {
            try await connection.script(
                """
                create table tributary.schema_migrations (
                  number int primary key,
                  name text not null,
                  checksum text not null,
                  applied_at timestamptz not null default now()
                );
                grant select on tributary.schema_migrations to public;
                """)
        }
    }

    private func checksums(_ connection: PostgresConnection) async throws -> [String] {
        let result = try await connection.query(
            """
            select encode(sha256(convert_to(text, 'UTF8')), 'hex') as checksum
            from unnest($1) with ordinality as script(text, place) order by place
            """, [.textArray(migrations.map(\.sql))])
        return try result.rows.map { try $0.text("checksum") }
    }

    /// Compares what was applied with what this build holds; answers the version.
    private func verify(_ connection: PostgresConnection, _ checksums: [String]) async throws -> Int {
        let rows = try await connection.query(
            "select number, name, checksum from tributary.schema_migrations order by number"
        ).rows
        if rows.count > migrations.count { throw MigrationError.databaseIsNewer(rows.count, known: migrations.count) }
        for ((row, migration), checksum) in zip(zip(rows, migrations), checksums) {
            let number = try row.int("number")
            guard number == migration.number else { throw MigrationError.missing(migration.label) }
            let isUnchanged = try row.text("name") == migration.name && row.text("checksum") == checksum
            guard isUnchanged else { throw MigrationError.changed(migration.label) }
        }
        return rows.count
    }

    private func apply(_ migration: Migration, _ checksum: String, _ connection: PostgresConnection) async throws {
        do {
            try await connection.transaction { session in
                try await connection.script(migration.sql)
                try await session.query(
                    "insert into tributary.schema_migrations (number, name, checksum) values ($1, $2, $3)",
                    [.int(Int64(migration.number)), .text(migration.name), .text(checksum)])
            }
        } catch let error as PostgresError where error.kind != .connectionLost && error.kind != .cancelled {
            let line = error.position.map { position in
                migration.sql.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" } + 1
            }
            throw MigrationError.failed(migration.label, line: line, error)
        }
    }
}

/// Why a database could not be migrated.
public enum MigrationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The numbers of this build's migrations are not 1, 2, 3, ….
    case misnumbered(String, expected: Int)
    /// A migration was changed after it had been applied.
    case changed(String)
    /// A later migration was applied, this one was not.
    case missing(String)
    /// The database has migrations that this build does not know.
    case databaseIsNewer(Int, known: Int)
    /// The server refused a statement; everything of this migration was undone.
    case failed(String, line: Int?, PostgresError)

    /// What is the matter and what to do.
    public var description: String {
        switch self {
        case .misnumbered(let label, let expected):
            "migration \(label) stands where number \(expected) belongs: number the files without gaps"
        case .changed(let label):
            "migration \(label) was changed after it had been applied here: restore it, and put the change into a new migration"
        case .missing(let label):
            "migration \(label) was never applied although later ones were: restore the table tributary.schema_migrations"
        case .databaseIsNewer(let version, let known):
            "the database is at version \(version), this build knows \(known): use the newer build"
        case .failed(let label, let line, let error):
            "migration \(label)\(line.map { ", line \($0)" } ?? "") failed and was undone: \(error.message)"
                + (error.sqlState.map { " (SQLSTATE \($0))" } ?? "")
        }
    }
}

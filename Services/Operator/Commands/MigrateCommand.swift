import Migrations
import Postgres
import Service
import Storage

/// `tributary migrate`
enum MigrateCommand {
    static let command = Command(
        "migrate", "brings the database's schema up to date", settings: [StandardSettings.postgres]
    ) { call in
        let settings = try PostgresSettings(call[StandardSettings.postgres], applicationName: "tributary migrate")
        let report = try await MigrationRunner(settings, waitForServer: .seconds(60)).run { migration in
            call.terminal.print("applying \(migration.label)")
        }
        call.terminal.print(
            report.applied.isEmpty
                ? "the schema is at version \(report.version) already"
                : "the schema is at version \(report.version) now")
        return .success
    }
}

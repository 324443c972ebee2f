import Migrations
import Postgres
import Service
import Storage

/// `tributary migrate`
enum MigrateCommand {
    static let command = Command(
        "migrate", "brings the database's schema up to date",
        settings: [StandardSettings.postgres, OperatorSettings.json]
    ) { call in
        let settings = try PostgresSettings(call[StandardSettings.postgres], applicationName: "tributary migrate")
        let report = try await MigrationRunner(settings, waitForServer: .seconds(60)).run { migration in
            if !call[OperatorSettings.json] { call.terminal.print("applying \(migration.label)") }
        }
        let result = MigrateResult(version: report.version, applied: report.applied.map(\.label))
        try call.show(result, result.text)
        return .success
    }
}

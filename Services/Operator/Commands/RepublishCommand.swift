import Service
import Storage

/// `tributary republish`
enum RepublishCommand {
    static let command = Command(
        "republish", "publishes the current state of every record again, to rebuild the topics records.*",
        settings: [StandardSettings.postgres, OperatorSettings.json]
    ) { call in
        call.terminal.progress("noting every record …")
        let keys = try await PostgresReportStore(database: try call.postgres()).republish()
        let result = RepublishResult(records: keys)
        try call.show(result, result.text)
        return .success
    }
}

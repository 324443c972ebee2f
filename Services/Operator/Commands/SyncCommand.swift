import Models
import Service
import Storage

/// `tributary sync <object>`
enum SyncCommand {
    private static let full = Setting.toggle("full", "Ask for everything again, not only for what changed")
    private static let wait = Setting.toggle("wait", "Wait until the sync has ended and show how")

    static let command = Command(
        "sync", "syncs an Integration Object now",
        arguments: [CommandArgument("object", "customer/integration/object")],
        settings: [StandardSettings.postgres, full, wait, OperatorSettings.json]
    ) { call in
        let reports = PostgresReportStore(database: try call.postgres())
        let object = try await reports.only(call.argument(0) ?? "")
        let syncing = Syncing(reports: reports, clock: SystemClock())
        var report = try await syncing.request(object, full: call[full])
        if call[wait] {
            // For scripts one answer is enough.
            if !call[OperatorSettings.json] { call.terminal.print(report.text) }
            report = try await syncing.wait(for: report, of: object) { now in
                call.terminal.progress("\(now.name): \(now.state), \(StatusText.records(of: now)) records")
            }
        }
        try call.show(report, report.text)
        return report.exitCode
    }
}

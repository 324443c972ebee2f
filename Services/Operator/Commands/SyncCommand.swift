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
        settings: [StandardSettings.postgres, full, wait]
    ) { call in
        let reports = ReportStore(database: try call.postgres())
        let object = try await reports.only(call.argument(0) ?? "")
        guard let run = try await reports.requestSync(object: object.id, full: call[full]) else {
            call.terminal.print("\(object.name): run \(object.run) is under way; another one follows it")
            return call[wait] ? try await show(object.run, of: object, reports, call) : .success
        }
        call.terminal.print("\(object.name): run \(run) is due now")
        return call[wait] ? try await show(run, of: object, reports, call) : .success
    }

    private static func show(
        _ run: Int64, of object: ObjectReport, _ reports: ReportStore, _ call: Invocation
    ) async throws -> ExitCode {
        let clock = SystemClock()
        while true {
            let now = try await reports.only(object.name)
            call.terminal.progress("\(now.name): \(now.state), \(now.records) records")
            if now.state == "disabled" || (now.state == "idle" && now.run >= run) { break }
            try await clock.sleep(for: .milliseconds(200))
        }
        let (runs, _) = try await reports.runs(object: object.id, limit: 50)
        guard let ended = runs.first(where: { $0.run == run }) else {
            call.terminal.print("\(object.name): nothing has changed")
            return .success
        }
        call.terminal.print(
            "\(object.name): \(ended.outcome), \(ended.fetched) fetched, \(ended.stored) stored, \(ended.unchanged) unchanged, "
                + "\(ended.rejected) rejected" + (ended.failure.map { ": \($0)" } ?? ""))
        return ended.outcome == "succeeded" ? .success : .failure
    }
}

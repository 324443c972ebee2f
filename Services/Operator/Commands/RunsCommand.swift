import Models
import Service
import Storage

/// `tributary runs <object>`
enum RunsCommand {
    private static let limit = Setting.integer("limit", in: 1...10_000, default: "20", "How many runs to show")

    static let command = Command(
        "runs", "shows how the runs of an Integration Object ended",
        arguments: [CommandArgument("object", "customer/integration/object")],
        settings: [StandardSettings.postgres, OperatorSettings.json, limit]
    ) { call in
        let reports = PostgresReportStore(database: try call.postgres())
        let object = try await reports.only(call.argument(0) ?? "")
        let (runs, empty) = try await reports.runs(object: object.id, limit: call[limit])
        if call[OperatorSettings.json] {
            try call.terminal.print(json: runs)
            return .success
        }
        let now = SystemClock().now
        var table = TextTable([
            "RUN", "KIND", "OUTCOME", "ENDED", "ATTEMPTS", "PAGES", "FETCHED", "STORED", "UNCHANGED", "REJECTED",
            "FAILURE",
        ])
        for run in runs {
            table.add([
                String(run.run), run.kind, run.outcome, RelativeTime.text(run.endedAt, now: now), String(run.attempts),
                String(run.pages), String(run.fetched), String(run.stored), String(run.unchanged), String(run.rejected),
                run.failure ?? "",
            ])
        }
        call.terminal.print(table.text)
        if empty > 0 { call.terminal.print("and \(empty) runs that found nothing") }
        return .success
    }
}

extension ReportStore {
    /// The one object called `name`.
    /// - Throws: `CommandFailure` where there is none, or several.
    func only(_ name: String, counting: RecordCount = .none) async throws -> ObjectReport {
        let objects = try await self.objects(named: name, counting: counting)
        guard let object = objects.first else {
            let all = try await self.objects(named: nil, counting: .none).map(\.name)
            throw CommandFailure(
                "there is no Integration Object \(name)\(NearestName.suggestion(name, among: all))", exitCode: .badInput
            )
        }
        guard objects.count == 1 else {
            throw CommandFailure(
                "\(name) means several objects: \(objects.map(\.name).joined(separator: ", "))", exitCode: .badInput)
        }
        return object
    }
}

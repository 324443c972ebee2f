import Models
import Service
import Storage

/// `tributary status`
enum StatusCommand {
    private static let count = Setting.toggle(
        "count", "Count every record; without it, the records of large objects are estimated and marked ~")

    static let command = Command(
        "status", "shows every Integration Object with its state",
        arguments: [
            CommandArgument("name", "customer, customer/integration, or customer/integration/object", .optional)
        ],
        settings: [StandardSettings.postgres, OperatorSettings.json, count]
    ) { call in
        let objects = try await PostgresReportStore(database: try call.postgres())
            .objects(named: call.argument(0), counting: call[count] ? .exact : .estimated)
        if call[OperatorSettings.json] {
            try call.terminal.print(json: objects)
            return .success
        }
        guard !objects.isEmpty else {
            call.terminal.print(
                call.argument(0).map { "nothing is called \($0); `tributary status` lists everything" }
                    ?? "there are no Integration Objects yet; `tributary apply -f file.yaml` makes some")
            return call.argument(0) == nil ? .success : .badInput
        }
        call.terminal.print(StatusText.table(objects, now: SystemClock().now))
        return .success
    }
}

import Models
import Service
import Storage

/// `tributary alerts`
enum AlertsCommand {
    private static let all = Setting.toggle("all", "Show those that are over as well")

    static let command = Command(
        "alerts", "shows what a person has to do, and how to see that it is done",
        settings: [StandardSettings.postgres, OperatorSettings.json, all]
    ) { call in
        let alerts = try await PostgresAlertStore(database: try call.postgres()).alerts(
            includingResolved: call[all], limit: 10_000)
        if call[OperatorSettings.json] {
            try call.terminal.print(json: alerts)
            return .success
        }
        guard !alerts.isEmpty else {
            call.terminal.print("nobody has to do anything")
            return .success
        }
        call.terminal.print(AlertTable.text(alerts, now: SystemClock().now))
        return .success
    }
}

/// Alerts as a table, each with what is to be done below it: a cell would be too wide.
package enum AlertTable {
    /// The table and what each alert says.
    package static func text(_ alerts: [AlertReport], now: Timestamp) -> String {
        var table = TextTable(["#", "SINCE", "TIMES", "WHO", "CLASS", "ABOUT", "STATE"])
        for (place, alert) in alerts.enumerated() {
            table.add([
                "\(place + 1)", RelativeTime.text(alert.since, now: now), String(alert.times), alert.audience.rawValue,
                alert.failureClass, alert.subject,
                alert.resolvedAt.map { "over \(RelativeTime.text($0, now: now))" } ?? "open",
            ])
        }
        let details = alerts.enumerated().map { place, alert in
            """

            \(place + 1)  what happened: \(alert.cause)
               it affects: \(alert.effect)
               to do (\(alert.audience.rawValue)): \(alert.advice)
               fixed when: \(alert.fixedWhen)
            """
        }
        return ([table.text] + details).joined(separator: "\n")
    }
}

import Models
import Service
import Storage

/// What became of a sync that a person asked for.
package struct SyncReport: Encodable, Equatable {
    /// customer/integration/object.
    package var object: String
    /// The run that does it.
    package var run: Int64
    /// `due`; `under way` where another run has to end first; else how it ended: `succeeded`, `failed`, `cancelled`, or
    /// `disabled` where it will not be done.
    package var outcome: String
    /// Records in its pages.
    package var fetched: Int64?
    /// Of these, new or changed.
    package var stored: Int64?
    /// Of these, known already.
    package var unchanged: Int64?
    /// Of these, impossible to store.
    package var rejected: Int64?
    /// What ended it, if it failed.
    package var failure: String?

    init(object: String, run: Int64, outcome: String) {
        self.object = object
        self.run = run
        self.outcome = outcome
    }

    /// Whether what was asked for has been done, or will be.
    package var exitCode: ExitCode { ["due", "under way", "succeeded"].contains(outcome) ? .success : .failure }

    /// What a person is told.
    package var text: String {
        switch outcome {
        case "due": return "\(object): run \(run) is due now"
        case "under way": return "\(object): run \(run) is under way; another one follows it"
        case "disabled":
            return "\(object): it is not synced" + (failure.map { ": \($0)" } ?? "; `tributary status` says why")
        default: break
        }
        if outcome == "succeeded", fetched == 0 { return "\(object): nothing has changed" }
        let counts =
            "\(fetched ?? 0) fetched, \(stored ?? 0) stored, \(unchanged ?? 0) unchanged, \(rejected ?? 0) rejected"
        return "\(object): \(outcome), \(counts)" + (failure.map { ": \($0)" } ?? "")
    }
}

/// Asks for a sync and follows it.
package struct Syncing: Sendable {
    private let reports: any ReportStore
    private let clock: any WallClock

    /// Syncs that `reports` asks for and tells of.
    package init(reports: any ReportStore, clock: any WallClock) {
        self.reports = reports
        self.clock = clock
    }

    /// Makes an object due now.
    package func request(_ object: ObjectReport, full: Bool) async throws -> SyncReport {
        guard let run = try await reports.requestSync(object: object.id, full: full) else {
            return SyncReport(object: object.name, run: object.run, outcome: "under way")
        }
        return SyncReport(object: object.name, run: run, outcome: "due")
    }

    /// Waits until the run of `requested` has ended.
    package func wait(
        for requested: SyncReport, of object: ObjectReport, progress: (ObjectReport) -> Void
    ) async throws -> SyncReport {
        var report = requested
        while true {
            guard let now = try await reports.objects(named: object.id.description, counting: .estimated).first else {
                throw CommandFailure("\(object.name) is gone")
            }
            progress(now)
            if now.state == "idle" || now.state == "disabled", now.run >= report.run { break }
            if now.state == "disabled" {
                report.outcome = "disabled"
                report.failure = now.failureCause
                return report
            }
            try await clock.sleep(for: .milliseconds(200))
        }
        let (runs, _) = try await reports.runs(object: object.id, limit: 50)
        // A run that found nothing is only counted.
        let ended = runs.first { $0.run == report.run }
        report.outcome = ended?.outcome ?? "succeeded"
        report.fetched = ended?.fetched ?? 0
        report.stored = ended?.stored ?? 0
        report.unchanged = ended?.unchanged ?? 0
        report.rejected = ended?.rejected ?? 0
        report.failure = ended?.failure
        return report
    }
}

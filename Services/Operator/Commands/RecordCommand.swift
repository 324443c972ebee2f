import Connections
import FoundationEssentials
import JSON
import Models
import Service

/// `tributary record <object>`
enum RecordCommand {
    private static let limit = Setting.integer(
        "limit", in: 1...10_000, default: "20", "Ask until so many records were seen")
    private static let entries = Setting.integer(
        "entries", in: 1...1000, default: "3", "Entries of each page that go into the file")
    private static let name = Setting.text(
        "name", "Name of the file, such as first-sync; by default what the run asks for", placeholder: "NAME"
    ).optional
    private static let output = Setting.text(
        "output", short: "o", "Where to write it; by default the exchanges of the provider, - for standard output",
        placeholder: "FILE"
    ).optional
    private static let replace = Setting.toggle("replace", "Replace a file that exists")

    static let command = Command(
        "record", "writes an exchange file from a trial, with invented names, ids and secrets",
        arguments: [TrialSettings.argument], settings: [limit, entries, name, output, replace] + TrialSettings.all
    ) { call in
        let trial = try await call.trial(limit: call[limit])
        let day = SystemClock().now.description.prefix(10)
        let recording: Recording
        do {
            recording = try await Recording(
                trial, entries: call[entries],
                note: "Recorded with `tributary record` on \(day); names, ids and secrets are invented.")
        } catch let failure as Failure {
            throw CommandFailure("\(failure)")
        }
        guard !recording.text.isEmpty, recording.requests > 0 else {
            throw CommandFailure("nothing was answered: \(trial.failure?.description ?? "")")
        }
        if call[output] == "-" {
            call.terminal.write(recording.text)
            return .success
        }
        let path = call[output] ?? Self.path(trial, name: call[name], catalog: call[ConnectionSettings.catalog])
        try write(recording.text, to: path, replaces: call[replace])
        if call[OperatorSettings.json] {
            let summary: JSONValue = [
                "file": .string(path), "requests": .integer(Int64(recording.requests)),
                "records": .integer(Int64(recording.records)),
            ]
            call.terminal.print(summary.text)
        } else {
            call.terminal.print(
                "\(path): \(recording.requests) requests, \(recording.records) records. Read it before you share it: "
                    + "what looks like a kind or a state was kept.")
        }
        return .success
    }

    private static func path(_ trial: Trial, name: String?, catalog: String) -> String {
        let kind = trial.target.context.kind == .incremental ? "incremental-sync" : "first-sync"
        let file = name ?? "\(trial.target.object)-\(trial.failure == nil ? kind : "failure")"
        return "\(catalog)/\(trial.target.provider.name)/exchanges/\(file).yaml"
    }

    private static func write(_ text: String, to path: String, replaces: Bool) throws {
        let files = FileManager.default
        guard replaces || !files.fileExists(atPath: path) else {
            throw CommandFailure("\(path) exists: give it another --name, or --replace it", exitCode: .badInput)
        }
        do {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            if !folder.isEmpty { try files.createDirectory(atPath: folder, withIntermediateDirectories: true) }
            try Data(text.utf8).write(to: URL(filePath: path))
        } catch {
            throw CommandFailure("\(path) cannot be written: check the folder and its permissions", exitCode: .badInput)
        }
    }
}

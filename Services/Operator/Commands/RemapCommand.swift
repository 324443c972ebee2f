import Catalog
import Connections
import JSON
import Models
import Service
import Storage

/// `tributary remap <object>`
enum RemapCommand {
    private static let wait = Setting.toggle("wait", "Wait until the processors are done")

    static let command = Command(
        "remap", "maps the stored records of an object again, after its mapping changed",
        arguments: [CommandArgument("object", "customer/integration/object")],
        settings: [StandardSettings.postgres, ConnectionSettings.catalog, OperatorSettings.json, wait]
    ) { call in
        let database = try call.postgres()
        let reports = PostgresReportStore(database: database)
        let object = try await reports.only(call.argument(0) ?? "")
        guard let target = try await reports.target(object: object.id) else {
            throw CommandFailure("\(object.name) is gone")
        }
        let provider = try ExplainCommand.provider(target.provider, call)
        let overrides = try await ExplainCommand.overrides(object: target.id, database)
        let definition: ResolvedDefinition
        do {
            definition = try provider.resolve(
                object: target.object, overrides: overrides, settings: try JSONValue(parsing: target.settings))
        } catch let diagnostics as Diagnostics {
            throw CommandFailure("\(diagnostics)", exitCode: .badInput)
        }
        try await reports.requestRemapping(
            object: target.id, provider: target.provider, name: target.object, definition: definition.hash,
            body: definition.body)
        let clock = SystemClock()
        while call[wait], let done = try await reports.remapping(object: target.id) {
            call.terminal.progress("\(object.name): mapped up to '\(done)'")
            try await clock.sleep(for: .milliseconds(200))
        }
        let text =
            call[wait]
            ? "the stored records are mapped as its definition says now"
            : "the processors map its stored records again; --wait waits for them"
        if call[OperatorSettings.json] {
            try call.terminal.print(json: ["object": object.name, "definition": definition.hash])
        } else {
            call.terminal.print("\(object.name): \(text)")
        }
        return .success
    }
}

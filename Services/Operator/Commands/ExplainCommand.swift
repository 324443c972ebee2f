import Catalog
import Connections
import FoundationEssentials
import JSON
import Models
import Postgres
import Service
import Storage
import YAML

/// `tributary explain <object>`
enum ExplainCommand {
    private static let with = Setting.text(
        "with", "A merge patch (YAML) to try: shows what it would change", placeholder: "FILE"
    ).optional

    static let command = Command(
        "explain", "shows every value of an object's definition and the layer it came from",
        arguments: [CommandArgument("object", "customer/integration/object")],
        settings: [StandardSettings.postgres, ConnectionSettings.catalog, OperatorSettings.json, with]
    ) { call in
        let database = try call.postgres()
        let reports = PostgresReportStore(database: database)
        let object = try await reports.only(call.argument(0) ?? "")
        guard let target = try await reports.target(object: object.id) else {
            throw CommandFailure("\(object.name) is gone")
        }
        let provider = try Self.provider(target.provider, call)
        var overrides = try await Self.overrides(object: target.id, database)
        let settings = try JSONValue(parsing: target.settings)
        do {
            let now = try provider.resolve(object: target.object, overrides: overrides, settings: settings)
            guard let file = call[with] else {
                call.terminal.print(
                    call[OperatorSettings.json]
                        ? ExplainText.json(now.explanation).text : ExplainText.table(now.explanation))
                return .success
            }
            overrides.append(Override(layer: .trial, patch: try patch(file)))
            let then = try provider.resolve(object: target.object, overrides: overrides, settings: settings)
            let changes = now.changes(to: then)
            call.terminal.print(
                call[OperatorSettings.json] ? ExplainText.json(changes).text : ExplainText.lines(changes))
            return .success
        } catch let diagnostics as Diagnostics {
            throw CommandFailure("\(diagnostics)", exitCode: .badInput)
        }
    }

    /// The overrides of everyone that an object has.
    static func overrides(object: Int64, _ database: PostgresPool) async throws -> [Override] {
        try await PostgresIntegrationStore(database: database).overrides(object: object).map {
            Override(layer: Layer(rawValue: $0.reach.rawValue) ?? .customer, patch: try JSONValue(parsing: $0.patch))
        }
    }

    static func provider(_ name: String, _ call: Invocation) throws -> ProviderDefinition {
        let catalog = CatalogFolder(path: call[ConnectionSettings.catalog])
        guard let provider = catalog.providers[name] else {
            throw CommandFailure(
                "the catalog has no usable provider \(name); `tributary validate` says why", exitCode: .badInput)
        }
        return provider
    }

    private static func patch(_ file: String) throws -> DefinitionNode {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file) cannot be read: check its name and permissions", exitCode: .badInput)
        }
        do {
            return DefinitionNode(
                try YAMLParser.document(String(decoding: data, as: UTF8.self)), file: file, layer: .trial)
        } catch {
            throw CommandFailure("\(file):\(error)", exitCode: .badInput)
        }
    }
}

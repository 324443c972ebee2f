import Catalog
import Connections
import Service

/// `tributary validate [folder]`
enum ValidateCommand {
    private struct Finding: Encodable {
        let place: String
        let severity: String
        let message: String
        let advice: String
    }

    static let command = Command(
        "validate", "checks every provider definition of a catalog folder",
        arguments: [CommandArgument("folder", "the catalog folder, or that of one provider", .optional)],
        settings: [ConnectionSettings.catalog, OperatorSettings.json]
    ) { call in
        let folder = call.argument(0) ?? call[ConnectionSettings.catalog]
        let catalog = CatalogFolder(path: folder)
        let diagnostics = catalog.diagnostics.sorted
        if call[OperatorSettings.json] {
            try call.terminal.print(
                json: diagnostics.map {
                    Finding(
                        place: "\($0.origin)", severity: $0.severity.rawValue, message: $0.message, advice: $0.advice)
                })
        } else {
            for diagnostic in diagnostics { call.terminal.print("\(diagnostic)") }
            let objects = catalog.providers.values.reduce(0) { $0 + $1.objectNames.count }
            call.terminal.print(
                "\(catalog.providers.count) providers, \(objects) objects, \(catalog.diagnostics.errors.count) errors, "
                    + "\(catalog.diagnostics.warnings.count) warnings")
        }
        return catalog.diagnostics.hasErrors ? .badInput : .success
    }
}

import Catalog
import Connections
import Cryptography
import FoundationEssentials
import JSON
import Models
import Service
import Storage

/// `tributary apply -f file.yaml`
enum ApplyCommand {
    private static let file = Setting.text(
        "file", short: "f", "File with customers, integrations and overrides", placeholder: "FILE")

    static let command = Command(
        "apply", "makes customers, integrations and overrides as a file says; doing it again changes nothing",
        settings: [
            file, StandardSettings.postgres, ConnectionSettings.catalog, OperatorSettings.keys, OperatorSettings.json,
        ]
    ) { call in
        let path = call[file]
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path) cannot be read: check its name and permissions", exitCode: .badInput)
        }
        let catalog = CatalogFolder(path: call[ConnectionSettings.catalog])
        let wanted: ApplyFile
        do {
            wanted = try ApplyFile(
                [UInt8](data), file: path, catalog: catalog, environment: ProcessInfo.processInfo.environment)
        } catch let diagnostics as Diagnostics {
            for diagnostic in diagnostics.sorted { call.terminal.complain("\(diagnostic)") }
            throw CommandFailure("\(path) was not applied", exitCode: .badInput)
        }
        let store = PostgresControlStore(database: try call.postgres())
        let paces = PaceResolution(catalog: catalog)
        let keys = try keyRing(call, isNeeded: !wanted.secrets.isEmpty)
        let report = try await store.apply(
            keys.map(wanted.sealed) ?? wanted.customers, now: SystemClock().now, pace: paces.pace)
        for object in paces.unresolved {
            call.terminal.complain(
                "the definition of \(object) with its overrides cannot be used, so its pace stays as it was; "
                    + "`tributary explain` tells why")
        }
        let result = ApplyResult(file: path, report, credentials: wanted.secrets.count)
        try call.show(result, result.text)
        return .success
    }

    private static func keyRing(_ call: Invocation, isNeeded: Bool) throws -> KeyRing? {
        guard isNeeded else { return nil }
        guard let text = call[OperatorSettings.keys] else {
            throw CommandFailure(
                "the file has secrets, and there is no key to seal them with: set TRIBUTARY_KEYS or TRIBUTARY_KEYS_FILE",
                exitCode: .usage)
        }
        return try KeyRing(parsing: Secret(text))
    }
}

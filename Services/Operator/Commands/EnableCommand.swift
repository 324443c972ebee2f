import Models
import Service
import Storage

/// `tributary enable <integration>`
enum EnableCommand {
    static let command = Command(
        "enable", "lets an integration go on that failures had stopped, from where it was",
        arguments: [CommandArgument("integration", "customer/integration")],
        settings: [StandardSettings.postgres, OperatorSettings.json]
    ) { call in
        let name = call.argument(0) ?? ""
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw CommandFailure("'\(name)' is not customer/integration", exitCode: .usage)
        }
        let store = PostgresControlStore(database: try call.postgres())
        guard let integration = try await store.integration(customer: parts[0], key: parts[1]) else {
            throw CommandFailure(
                "there is no integration \(name); `tributary status` lists them all", exitCode: .badInput)
        }
        try await store.enable(integration: integration.id)
        let result = EnableResult(integration: name)
        try call.show(result, result.text)
        return .success
    }
}

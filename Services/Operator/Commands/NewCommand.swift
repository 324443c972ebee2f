import Catalog
import Connections
import FoundationEssentials
import Service

/// `tributary new provider <name>`
enum NewCommand {
    static let command = Command(
        "new", "makes the folder of a new provider, with comments that explain what goes where",
        arguments: [
            CommandArgument("what", "provider"),
            CommandArgument("name", "its name: lower-case letters, digits and hyphens"),
        ],
        settings: [ConnectionSettings.catalog]
    ) { call in
        guard call.argument(0) == "provider" else {
            throw CommandFailure(
                "only a provider can be made: tributary new provider \(call.argument(1) ?? "<name>")", exitCode: .usage)
        }
        let name = call.argument(1) ?? ""
        let template = try ProviderTemplate(name: name)
        let folder = "\(call[ConnectionSettings.catalog])/\(name)"
        let files = FileManager.default
        guard files.fileExists(atPath: call[ConnectionSettings.catalog]) else {
            throw CommandFailure(
                "there is no catalog folder \(call[ConnectionSettings.catalog]): run this at the top of the checkout, or "
                    + "name the folder with --catalog", exitCode: .badInput)
        }
        guard !files.fileExists(atPath: folder) else {
            throw CommandFailure("\(folder) exists already", exitCode: .badInput)
        }
        do {
            try files.createDirectory(atPath: "\(folder)/exchanges", withIntermediateDirectories: true)
            for (file, text) in template.files { try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(file)")) }
        } catch {
            throw CommandFailure("\(folder) cannot be written: check the catalog folder", exitCode: .badInput)
        }
        call.terminal.print(
            """
            \(folder) is there. Next:
              1. edit \(folder)/provider.yaml (Shared/Catalog/LANGUAGE.md explains every key)
              2. tributary try \(name)/things --secret token=env:TOKEN
              3. tributary record \(name)/things --secret token=env:TOKEN --replace --name first-sync
              4. tributary validate \(folder), then deploy/test
            """)
        return .success
    }
}

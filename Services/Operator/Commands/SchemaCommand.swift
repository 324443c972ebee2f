import Catalog
import JSON
import Service

/// `tributary schema`
enum SchemaCommand {
    static let command = Command(
        "schema", "prints the JSON Schema of provider.yaml, for editors", arguments: [], settings: []
    ) { call in
        call.terminal.print(String(decoding: LanguageSchema.document.encoded, as: UTF8.self))
        return .success
    }
}

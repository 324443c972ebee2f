import FoundationEssentials
import Service

extension Terminal {
    /// Prints `value` as JSON, its keys sorted.
    func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension Invocation {
    /// Shows what a command did: as JSON where that was asked for, else as `text`.
    func show(_ result: some Encodable, _ text: @autoclosure () -> String) throws {
        if self[OperatorSettings.json] {
            try terminal.print(json: result)
        } else {
            terminal.print(text())
        }
    }
}

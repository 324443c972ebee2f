import Catalog
import JSON

/// The values of a definition as `explain` shows them.
package enum ExplainText {
    /// Each value with its layer and place, for a person.
    package static func table(_ values: [ExplainedValue]) -> String {
        var table = TextTable(["KEY", "VALUE", "LAYER", "WHERE"])
        for value in values {
            table.add([value.path, value.value, value.origin.layer.rawValue, "\(value.origin)"])
        }
        return table.text
    }

    /// What a patch changes, for a person.
    package static func lines(_ changes: [ExplainedChange]) -> String {
        guard !changes.isEmpty else { return "the patch changes nothing" }
        return changes.map { "\($0.path): \($0.before ?? "(nothing)") → \($0.after ?? "(nothing)")" }
            .joined(separator: "\n")
    }

    /// Each value with its layer and place, for scripts.
    package static func json(_ values: [ExplainedValue]) -> JSONValue {
        .array(
            values.map {
                [
                    "path": .string($0.path), "value": .string($0.value), "layer": .string($0.origin.layer.rawValue),
                    "place": .string("\($0.origin)"),
                ]
            })
    }

    /// What a patch changes, for scripts.
    package static func json(_ changes: [ExplainedChange]) -> JSONValue {
        .array(
            changes.map {
                [
                    "path": .string($0.path), "before": $0.before.map(JSONValue.string) ?? .null,
                    "after": $0.after.map(JSONValue.string) ?? .null,
                ]
            })
    }
}

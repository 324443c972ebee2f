import JSON
import Models
import Storage

/// Whether the processor reads the same out of a record as the definition's mapping, which exchange files are compared
/// with.
enum MappingComparison {
    static func differences(_ mapped: [MappedRecord], _ canonical: [JSONValue]) -> [String] {
        // Fields of custom types stay in the payload: the processor makes no typed rows of them.
        let expected = canonical.filter { record in
            InteractionType.canonical.contains { $0.name == record["type"]?.string }
        }
        guard mapped.count == expected.count else {
            return ["the processor makes \(mapped.count) typed records of one with \(expected.count)"]
        }
        return zip(mapped, expected).flatMap { differences($0, $1) }
    }

    private static func differences(_ mapped: MappedRecord, _ canonical: JSONValue) -> [String] {
        zip(CanonicalColumn.columns(of: mapped.type), mapped.values).compactMap { column, value in
            let written: JSONValue? =
                canonical[column.name] ?? reference(column.name).flatMap { canonical[$0]?["external_id"] }
            guard !isSame(text(value), text(written)) else { return nil }
            return "the processor stores \(mapped.type.name).\(column.name) as \(text(value) ?? "nothing"), "
                + "and the mapping gives \(text(written) ?? "nothing")"
        }
            + [("account", mapped.account), ("contact", mapped.contact)].compactMap { name, reference in
                let written = canonical[name]?["external_id"]?.scalarText
                return reference?.externalID == written
                    ? nil
                    : "the processor links \(name) \(reference?.externalID ?? "nothing") and not \(written ?? "nothing")"
            }
    }

    /// Numbers are the same however they are written: 75.0 is 75.
    private static func isSame(_ stored: String?, _ mapped: String?) -> Bool {
        if stored == mapped { return true }
        guard let stored = stored.flatMap(Double.init), let mapped = mapped.flatMap(Double.init) else { return false }
        return stored == mapped
    }

    private static func reference(_ column: String) -> String? {
        column.hasSuffix("_external_id") ? String(column.dropLast("_external_id".count)) : nil
    }

    private static func text(_ value: CanonicalValue?) -> String? {
        switch value {
        case nil: nil
        case .text(let text), .decimal(let text): text
        case .timestamp(let time): time.description
        case .texts(let texts): JSONValue.array(texts.map(JSONValue.string)).text
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        return value.scalarText ?? value.text
    }
}

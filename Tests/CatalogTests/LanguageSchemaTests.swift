import Catalog
import Foundation
import JSON
import Testing
import YAML

/// As much of JSON Schema as the schema uses.
struct SchemaCheck {
    let root: JSONValue

    /// Where `value` breaks `schema`; empty where it fits.
    func problems(_ value: JSONValue, _ schema: JSONValue, at path: String = "") -> [String] {
        if let flag = schema.bool { return flag ? [] : ["\(path): not allowed"] }
        var found: [String] = []
        if let reference = schema["$ref"]?.string {
            let name = reference.replacingOccurrences(of: "#/$defs/", with: "")
            guard let target = root["$defs"]?[name] else { return ["\(path): no definition \(name)"] }
            found += problems(value, target, at: path)
        }
        if let kinds = schema["type"] {
            let wanted = kinds.array?.compactMap(\.string) ?? [kinds.string ?? ""]
            if !wanted.contains(Self.kind(value)) {
                return found + ["\(path): \(Self.kind(value)) is none of \(wanted)"]
            }
        }
        if let words = schema["enum"]?.array, !words.contains(value) { found.append("\(path): not among the words") }
        if let ways = schema["anyOf"]?.array {
            let each = ways.map { problems(value, $0, at: path) }
            if !each.contains(where: \.isEmpty) { found += each.min { $0.count < $1.count } ?? [] }
        }
        if schema["pattern"] != nil, value.string?.contains("{{") != true { found.append("\(path): no expression") }
        for key in schema["required"]?.array?.compactMap(\.string) ?? [] where value.object != nil && value[key] == nil
        {
            found.append("\(path): \(key) is missing")
        }
        for (key, member) in value.object ?? JSONObject() {
            if let property = schema["properties"]?[key] {
                found += problems(member, property, at: "\(path).\(key)")
            } else if let rest = schema["additionalProperties"] {
                found += problems(member, rest, at: "\(path).\(key)")
            }
        }
        if let items = schema["items"] {
            for item in value.array ?? [] { found += problems(item, items, at: "\(path)[]") }
        }
        return found
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

@Suite("The schema of definitions")
struct LanguageSchemaTests {
    static let schema = LanguageSchema.document
    static let check = SchemaCheck(root: schema)
    static let providers =
        (try? FileManager.default.contentsOfDirectory(atPath: CatalogPaths.providers))?.filter { !$0.hasPrefix(".") }
        .sorted() ?? []

    static func problems(_ text: String) throws -> [String] {
        check.problems(try DefinitionNode(YAMLParser.document(text), file: "x", layer: .provider).json, schema)
    }

    @Test(arguments: providers) func everyShippedProviderFits(_ name: String) throws {
        let text = try String(contentsOfFile: "\(CatalogPaths.providers)/\(name)/provider.yaml", encoding: .utf8)
        #expect(try Self.problems(text) == [])
    }

    @Test(arguments: LanguageReference.components.map(\.heading)) func knowsEveryKeyOfTheLanguage(_ heading: String)
        throws
    {
        let keys = try LanguageReference.components.first { $0.heading == heading }.orFail().keys
        let text = String(heading.lowercased().map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" })
        let properties = try (Self.schema["$defs"]?[text]?["properties"]?.object).orFail()
        #expect(Set(keys).isSubset(of: Set(properties.orderedKeys)))
    }

    @Test(arguments: [
        ("things: { type: x, request: { path: /i, qeury: {} } }", "qeury"),
        ("things: { type: x, pages: { cursor: a, size: many } }", "size"),
        ("things: { type: x, bound: exact }", "bound"), ("things: { type: x, deleted: gone }", "deleted"),
        ("things: { type: x, parent: { object: y, batch: true } }", "batch"), ("things: { tpye: x }", "tpye"),
    ])
    func tellsWhatDoesNotFit(_ object: String, _ key: String) throws {
        let problems = try Self.problems("provider: p\nobjects: { \(object) }")
        #expect(problems.contains { $0.contains(key) }, "\(problems)")
    }
}

import JSON
import YAML

extension DefinitionNode {
    /// The tree of a YAML document of `file`.
    public init(_ yaml: YAMLNode, file: String, layer: Layer) {
        let origin = Origin(layer: layer, file: file, line: yaml.mark.line, column: yaml.mark.column)
        if let members = yaml.mapping {
            let entries = members.map { member in
                Entry(
                    key: member.key,
                    keyOrigin: Origin(
                        layer: layer, file: file, line: member.keyMark.line, column: member.keyMark.column),
                    value: DefinitionNode(member.value, file: file, layer: layer))
            }
            self.init(.map(entries), at: origin)
        } else if let items = yaml.sequence {
            self.init(.list(items.map { DefinitionNode($0, file: file, layer: layer) }), at: origin)
        } else if let scalar = yaml.scalar {
            switch scalar.value {
            case .null: self.init(.null, at: origin)
            case .bool(let value): self.init(.bool(value), at: origin)
            case .integer(let value): self.init(.number(String(value)), at: origin)
            case .number(let text): self.init(.number(text), at: origin)
            case .string(let text): self.init(.text(text), at: origin)
            }
        } else {
            self.init(.null, at: origin)
        }
    }

    /// The tree of a JSON value, such as a stored override.
    public init(_ json: JSONValue, layer: Layer, file: String? = nil) {
        let origin = Origin(layer: layer, file: file)
        switch json {
        case .null: self.init(.null, at: origin)
        case .bool(let value): self.init(.bool(value), at: origin)
        case .integer(let value): self.init(.number(String(value)), at: origin)
        case .number(let text): self.init(.number(text), at: origin)
        case .string(let text): self.init(.text(text), at: origin)
        case .array(let items): self.init(.list(items.map { DefinitionNode($0, layer: layer, file: file) }), at: origin)
        case .object(let members):
            let entries = members.map {
                Entry(key: $0.0, keyOrigin: origin, value: DefinitionNode($0.1, layer: layer, file: file))
            }
            self.init(.map(entries), at: origin)
        }
    }

    /// The value without its origins.
    public var json: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let text): Int64(text).map(JSONValue.integer) ?? .number(text)
        case .text(let text): .string(text)
        case .list(let items): .array(items.map(\.json))
        case .map(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    /// Reads the one YAML document of `file`, reporting what is wrong with it.
    static func reading(_ bytes: [UInt8], file: String, layer: Layer, diagnostics: inout Diagnostics) -> DefinitionNode?
    {
        do {
            let documents = try YAMLParser.documents(bytes)
            guard documents.count == 1 else {
                diagnostics.append(
                    Diagnostic(
                        at: Origin(
                            layer: layer, file: file, line: documents.count > 1 ? documents[1].mark.line : 1, column: 1),
                        path: "", documents.isEmpty ? "the file is empty" : "the file holds several documents",
                        advice: "write one document, which begins with provider: <name>"))
                return nil
            }
            return DefinitionNode(documents[0], file: file, layer: layer)
        } catch {
            for problem in error.problems {
                diagnostics.append(
                    Diagnostic(
                        at: Origin(layer: layer, file: file, line: problem.mark.line, column: problem.mark.column),
                        path: "",
                        problem.message, advice: problem.advice ?? "correct the YAML there"))
            }
            return nil
        }
    }
}

import JSON

/// The JSON Schema of `provider.yaml`, for editors: completion and a first check while typing. Made from the tables of
/// keys that decoding uses, so that it knows every key and no other; what only a compiler can know, `tributary
/// validate` tells.
package enum LanguageSchema {
    /// What stands under a key.
    indirect enum Shape: Sendable {
        case any, scalar, number, bool
        case words([String])
        /// One of these words, or a text with an expression.
        case wordsOrExpression([String])
        case list(Shape)
        /// A map of freely chosen names.
        case map(Shape)
        case component(String)
        case either([Shape])
    }

    /// The schema (draft 2020-12).
    package static var document: JSONValue {
        var definitions: [(String, JSONValue)] = []
        for (heading, keys) in LanguageReference.components {
            definitions.append((name(heading), component(heading, keys)))
        }
        definitions.append(("pages", pages))
        let provider = name("Provider")
        return .object(
            JSONObject([
                ("$schema", "https://json-schema.org/draft/2020-12/schema"),
                ("title", "A provider of Tributary"),
                ("$ref", .string("#/$defs/\(provider)")),
                ("$defs", .object(JSONObject(definitions))),
            ]))
    }

    private static func name(_ heading: String) -> String {
        String(heading.lowercased().map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" })
    }

    /// All ways of paging at once: an object's `pages` may change a part of the provider's, or take one way away for
    /// another.
    private static var pages: JSONValue {
        var members: [(String, JSONValue)] = [("cap", reference("Pages: cap"))]
        for way in Pagination.strategies {
            let own = shapes["Pages: \(way.keyword)"] ?? [:]
            for key in way.keys { members.append((key, schema(own[key] ?? shared[key] ?? .scalar))) }
        }
        return [
            "type": ["object", "null"], "properties": .object(JSONObject(members)), "additionalProperties": false,
        ]
    }

    private static func reference(_ heading: String) -> JSONValue {
        .object(JSONObject([("$ref", .string("#/$defs/\(name(heading))"))]))
    }

    private static func component(_ heading: String, _ own: [String]) -> JSONValue {
        var keys = own.map { (key: $0, shape: shapes[heading]?[$0] ?? shared[$0] ?? .scalar) }
        if listings.contains(heading) {
            let listing = LanguageReference.components.first { $0.heading == "Listing" }?.keys ?? []
            for key in listing where !own.contains(key) { keys.append((key, shapes["Listing"]?[key] ?? .scalar)) }
        }
        if heading.hasPrefix("Pages: "),
            !["Pages: cap", "Pages: the cursor", "Pages: into and size_into"].contains(heading)
        {
            keys.append(("cap", .component("Pages: cap")))
        }
        var members: [(String, JSONValue)] = [
            ("type", .array(["object", "null"])),
            (
                "properties",
                .object(JSONObject(keys.sorted { $0.key < $1.key }.map { ($0.key, schema($0.shape)) }))
            ),
            ("additionalProperties", false),
        ]
        if let required = required[heading] { members.append(("required", .array(required.map(JSONValue.string)))) }
        return .object(JSONObject(members))
    }

    private static func schema(_ shape: Shape) -> JSONValue {
        switch shape {
        case .any: return .bool(true)
        // Null takes away what a layer below says.
        case .scalar: return ["type": ["string", "number", "boolean", "null"]]
        case .number: return ["type": ["number", "null"]]
        case .bool: return ["type": ["boolean", "null"]]
        case .words(let words): return ["enum": .array(words.map(JSONValue.string) + [.null])]
        case .wordsOrExpression(let words):
            return ["anyOf": [schema(.words(words)), ["type": "string", "pattern": "\\{\\{"]]]
        case .list(let item): return ["type": ["array", "null"], "items": schema(item)]
        case .map(let value): return ["type": ["object", "null"], "additionalProperties": schema(value)]
        case .component(let heading) where heading == "Pages": return ["$ref": "#/$defs/pages"]
        case .component(let heading): return reference(heading)
        case .either(let shapes): return ["anyOf": .array(shapes.map(schema))]
        }
    }
}

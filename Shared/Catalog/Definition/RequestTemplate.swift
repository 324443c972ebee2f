import JSON

/// What is asked: method, path, query, headers and body.
public struct RequestTemplate: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case method, path, query, headers, body, form, `class`
    }

    /// The methods that read.
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
    }

    /// A query item, header or form field. A value that is null leaves it out; a list repeats it.
    public struct Item: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The values, one for each time the item stands.
        public var values: [Template]
    }

    /// The body.
    public enum Body: Sendable, Hashable {
        case none
        case json(BodyTemplate)
        case form([Item])
    }

    /// The method.
    public var method: Method
    /// Joined to the base address; an absolute address replaces it.
    public var path: Template
    /// The query, in the order written.
    public var query: [Item]
    /// The headers, in the order written.
    public var headers: [Item]
    /// The body.
    public var body: Body
    /// Which of the classes of `limits` it counts against.
    public var limitClass: String?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext, names: NameSet = .request) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        query = Self.items(reader, .query, names)
        headers = Self.items(reader, .headers, names)
        for (entry, item) in zip(reader.entries(.headers), headers) where !HeaderName.isValid(item.name) {
            context.report(
                at: entry.keyOrigin, path: reader.path(of: .headers), "'\(item.name)' cannot be the name of a header",
                advice: "use letters, digits and hyphens, such as X-API-Version")
        }
        if reader.has(.body), reader.has(.form) {
            reader.report(.form, "a request has one body", advice: "keep either body (JSON) or form")
        }
        if let node = reader[.body] {
            body = .json(BodyTemplate(node, path: reader.path(of: .body), context: context, names: names))
        } else if reader.has(.form) {
            body = .form(Self.items(reader, .form, names))
        } else {
            body = .none
        }
        method = reader.choice(.method, Method.self) ?? (body == .none ? .get : .post)
        if method == .get, body != .none {
            reader.report(
                .method, "a GET request has no body", advice: "write method: POST, or move the fields to query")
        }
        limitClass = reader.text(.class)
        guard reader.has(.path) else {
            reader.missing(.path, advice: "write the path behind base_url, such as /tickets")
            return nil
        }
        guard let template = reader.template(.path, names: names) else { return nil }
        if let literal = template.literal, literal.contains("?") {
            reader.report(.path, "the path holds a query", advice: "move what stands behind '?' to query")
        }
        self.path = template
    }

    private static func items(_ reader: KeyedReader<Key>, _ key: Key, _ names: NameSet) -> [Item] {
        reader.entries(key).compactMap { entry in
            let path = "\(reader.path(of: key)).\(entry.key)"
            let nodes: [DefinitionNode]
            if case .list(let items) = entry.value.content { nodes = items } else { nodes = [entry.value] }
            let values = nodes.compactMap { node -> Template? in
                switch node.content {
                case .text(let text): return reader.context.template(text, at: node.origin, path: path, names: names)
                case .number(let text): return Template(literal: text)
                case .bool(let value): return Template(literal: value ? "true" : "false")
                case .null: return nil
                default:
                    reader.context.report(
                        at: node.origin, path: path, "a text is expected, not \(node.kindName)",
                        advice: "write a value, or a list of values to repeat the item")
                    return nil
                }
            }
            return values.isEmpty ? nil : Item(name: entry.key, values: values)
        }
    }

    /// Every template in it.
    var templates: [Template] {
        var all = [path] + (query + headers).flatMap(\.values)
        switch body {
        case .none: break
        case .json(let body): all += body.templates
        case .form(let items): all += items.flatMap(\.values)
        }
        return all
    }

    /// Whether any part of it reads `name`.
    func reads(_ name: Name) -> Bool { templates.contains { $0.reads(name) } }
}

/// A JSON body whose texts may hold expressions. A text that is one expression yields a value of its own kind, so
/// that numbers, lists and objects can be put in.
public indirect enum BodyTemplate: Sendable, Hashable {
    case constant(JSONValue)
    case template(Template)
    case list([BodyTemplate])
    case map([Member])

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        var key: String
        var value: BodyTemplate
    }

    init(_ node: DefinitionNode, path: String, context: DecodingContext, names: NameSet = .request) {
        switch node.content {
        case .text(let text) where Template.isTemplate(text):
            let template = context.template(text, at: node.origin, path: path, names: names)
            self = template.map(BodyTemplate.template) ?? .constant(.null)
        case .list(let items): self = .list(items.map { BodyTemplate($0, path: path, context: context, names: names) })
        case .map(let entries):
            self = .map(
                entries.map {
                    Member(
                        key: $0.key,
                        value: BodyTemplate($0.value, path: "\(path).\($0.key)", context: context, names: names))
                })
        default: self = .constant(node.json)
        }
    }

    var templates: [Template] {
        switch self {
        case .constant: []
        case .template(let template): [template]
        case .list(let items): items.flatMap(\.templates)
        case .map(let members): members.flatMap(\.value.templates)
        }
    }

    /// The value in `scope`; members whose expression gives nothing are left out.
    func value(in scope: Scope) throws(ExpressionFailure) -> Value {
        switch self {
        case .constant(let json): return Value(json)
        case .template(let template): return try template.value(in: scope)
        case .list(let items):
            var values: [Value] = []
            for item in items { values.append(try item.value(in: scope)) }
            return .list(values)
        case .map(let members):
            var values: [String: Value] = [:]
            for member in members {
                let value = try member.value.value(in: scope)
                if value.isNull, case .template = member.value { continue }
                values[member.key] = value
            }
            return .map(values)
        }
    }
}

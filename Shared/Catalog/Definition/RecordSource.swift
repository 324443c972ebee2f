import JSON

/// Where a response holds its entries, and in which form.
public struct RecordSource: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case path, form, header
    }

    /// The forms of lists.
    public enum Form: String, Sendable, CaseIterable {
        /// An array of entries, or one entry.
        case list
        /// An object of entries by id, which become the member `_key` of each.
        case map
        /// Rows of values, the first of which holds the names unless `header` says where they are.
        case rows
        /// A list inside of each of several objects, whose other fields become the member `_parent` of each entry.
        case unnest
    }

    /// Where it is; of several the first one that the response has.
    public var paths: [JSONPath]
    /// Its form.
    public var form: Form
    /// For rows: where the names are.
    public var header: JSONPath?

    /// A list at `path`.
    init(path: JSONPath = .root) {
        paths = [path]
        form = .list
    }

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        self.init()
        guard case .map = node.content else {
            guard let paths = Self.paths(node, path: path, context: context) else { return nil }
            self.paths = paths
            return
        }
        let reader = KeyedReader<Key>(node, path: path, context: context)
        form = reader.choice(.form, Form.self) ?? .list
        header = reader.fieldPath(.header)
        if let node = reader[.path] {
            guard let paths = Self.paths(node, path: reader.path(of: .path), context: context) else { return nil }
            self.paths = paths
        }
        if header != nil, form != .rows {
            reader.report(.header, "only rows have a header", advice: "remove 'header', or write form: rows")
        }
        if form == .unnest, paths.contains(where: { $0.steps.count < 2 }) {
            reader.report(
                .path, "the list to unnest has no object around it",
                advice: "write the path of the objects and the name of the list in each, such as path: orders.items")
        }
    }

    private static func paths(_ node: DefinitionNode, path: String, context: DecodingContext) -> [JSONPath]? {
        let nodes: [DefinitionNode]
        if case .list(let items) = node.content { nodes = items } else { nodes = [node] }
        let paths = nodes.compactMap { node -> JSONPath? in
            guard case .text(let text) = node.content else {
                context.report(
                    at: node.origin, path: path, "a path is expected, not \(node.kindName)",
                    advice: "write only the path, such as data.items")
                return nil
            }
            return context.fieldPath(text, at: node.origin, path: path)
        }
        return paths.count == nodes.count && !paths.isEmpty ? paths : nil
    }

    /// As a definition writes it.
    var description: String { paths.map(\.description).joined(separator: "' or '") }
}

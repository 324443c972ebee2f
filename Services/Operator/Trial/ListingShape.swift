import Catalog
import JSON

/// Where the entries and the marks of paging stand in a response, as far as the definition says it by plain paths.
struct ListingShape {
    /// The list of entries; nil where it has another form.
    let entries: JSONPath?
    private let cursors: [JSONPath]
    private let whiles: [JSONPath]
    private let untils: [JSONPath]

    init(_ trial: Trial) {
        let tree = trial.definition.tree
        let listing = trial.retrieval.mode == .changes ? tree["changes"] : nil
        func node(_ key: String) -> DefinitionNode? { listing?[key] ?? tree[key] }
        let records = node("records")
        if let records {
            entries = records["form"] == nil ? Self.path(records) ?? Self.path(records["path"]) : nil
        } else {
            entries = .root
        }
        let pages = node("pages")
        let cursor = pages?["cursor"]
        cursors = [Self.path(cursor), Self.path(cursor?["body"]), Self.path(pages?["next_url"])].compactMap(\.self)
        whiles = [Self.path(pages?["while"])].compactMap(\.self)
        untils = [Self.path(pages?["until"])].compactMap(\.self)
    }

    private static func path(_ node: DefinitionNode?) -> JSONPath? {
        guard case .text(let text)? = node?.content, !text.contains("{{") else { return nil }
        return try? JSONPath(text)
    }

    /// `body` with the first `count` entries alone.
    func cut(_ body: JSONValue, to count: Int) -> JSONValue {
        guard let entries else { return body }
        return body.changing(entries) { list in
            list.array.map { .array(Array($0.prefix(count))) } ?? list
        }
    }

    /// What a provider would answer that has nothing more.
    func ended(_ body: JSONValue) -> JSONValue {
        var body = cut(body, to: 0)
        for path in cursors { body = body.changing(path) { _ in .null } }
        for path in whiles { body = body.changing(path) { $0.bool == nil ? .null : .bool(false) } }
        for path in untils { body = body.changing(path) { $0.bool == nil ? $0 : .bool(true) } }
        return body
    }
}

import JSON

/// Finds the entries of a response in whichever form it holds them. Forms other than a list are written anew as one,
/// once, so that every entry is a JSON object in place like any other.
struct EntryList {
    let source: RecordSource
    /// The largest rewritten list, in bytes: a parent that is repeated for each of its entries must not fill memory.
    let limit: Int
    /// Whether a list is empty that is not there while what it would stand in is: XML has no other way to say so.
    var absentIsEmpty = false

    /// The entries, and whether Postgres can hold them as they are.
    func entries(of document: JSONDocument) throws(UnreadableBody) -> (nodes: [JSONNode], isStorable: Bool) {
        guard let path = path(in: document) else {
            throw UnreadableBody("there is nothing at '\(source.description)'")
        }
        if absentIsEmpty, isEmpty(path, in: document.root) { return ([], true) }
        switch source.form {
        case .list:
            do {
                return (try document.records(at: path), document.isStorable)
            } catch {
                throw UnreadableBody(error.description)
            }
        case .map: return try parsed(try keyed(document.root.all(path)))
        case .rows: return try parsed(try tabled(document.root.all(path), in: document.root))
        case .unnest: return try parsed(try unnested(path, in: document.root))
        }
    }

    /// Of several paths the first that leads somewhere, else one that leads to null.
    private func path(in document: JSONDocument) -> JSONPath? {
        guard source.paths.count > 1 else { return source.paths.first }
        let found = source.paths.filter { !document.root.all($0).isEmpty }
        return found.first { path in document.root.all(path).contains { !$0.isNull } } ?? found.first
    }

    private func isEmpty(_ path: JSONPath, in root: JSONNode) -> Bool {
        guard root.all(path).isEmpty else { return false }
        var outer = path.steps
        while outer.last == .every { outer.removeLast() }
        return outer.popLast() != nil && !outer.isEmpty && !root.all(JSONPath(steps: outer)).isEmpty
    }

    private func parsed(_ bytes: [UInt8]) throws(UnreadableBody) -> (nodes: [JSONNode], isStorable: Bool) {
        do {
            let document = try JSONDocument(bytes[...], limits: JSONLimits(bytes: limit))
            return (Array(document.root.elements), document.isStorable)
        } catch {
            throw UnreadableBody(error.description)
        }
    }

    private func keyed(_ maps: [JSONNode]) throws(UnreadableBody) -> [UInt8] {
        var list = ListWriter(limit: limit)
        for map in maps where !map.isNull {
            // PHP writes an empty map as an empty array.
            if map.kind == .array, map.elements.isEmpty { continue }
            guard map.kind == .object else {
                throw UnreadableBody("'\(source.description)' is \(map.kind.rawValue) and no map")
            }
            for member in map.members {
                var key: [UInt8] = []
                JSONWriter.append(string: member.key, to: &key)
                if member.value.kind == .object {
                    try list.append(member.value.bytes, with: [("_key", key[...])])
                } else {
                    try list.append(Array("{}".utf8)[...], with: [("_key", key[...]), ("_value", member.value.bytes)])
                }
            }
        }
        return list.finished
    }

    private func tabled(_ tables: [JSONNode], in root: JSONNode) throws(UnreadableBody) -> [UInt8] {
        var list = ListWriter(limit: limit)
        for table in tables where !table.isNull {
            guard table.kind == .array else {
                throw UnreadableBody("'\(source.description)' is \(table.kind.rawValue) and holds no rows")
            }
            var names: [String]? = source.header.map { header in
                root.all(header).flatMap { $0.kind == .array ? Array($0.elements) : [$0] }.map(Self.name)
            }
            for row in table.elements {
                guard row.kind == .array else { throw UnreadableBody("a row is \(row.kind.rawValue) and no array") }
                guard let columns = names else {
                    names = row.elements.map(Self.name)
                    continue
                }
                var members: [(key: String, value: ArraySlice<UInt8>)] = []
                for (column, value) in zip(columns, row.elements) where !column.isEmpty {
                    members.append((column, value.bytes))
                }
                try list.append(Array("{}".utf8)[...], with: members)
            }
        }
        return list.finished
    }

    /// The name of a column: a text, or an object that has one.
    private static func name(_ node: JSONNode) -> String {
        node.scalarText ?? node["name"]?.scalarText ?? node["id"]?.scalarText ?? ""
    }

    private func unnested(_ path: JSONPath, in root: JSONNode) throws(UnreadableBody) -> [UInt8] {
        var list = ListWriter(limit: limit)
        var outer = path.steps
        while outer.last == .every { outer.removeLast() }
        guard case .key(let inner)? = outer.popLast() else {
            throw UnreadableBody("'\(path)' does not end with the name of a list")
        }
        let parents = root.all(JSONPath(steps: outer)).flatMap { $0.kind == .array ? Array($0.elements) : [$0] }
        for parent in parents where parent.kind == .object {
            guard let children = parent[inner], !children.isNull else { continue }
            var fields: [(key: String, value: ArraySlice<UInt8>)] = []
            for member in parent.members where member.key != inner { fields.append((member.key, member.value.bytes)) }
            let rest = try ListWriter.object(fields)
            for child in children.kind == .array ? Array(children.elements) : [children] {
                guard child.kind == .object else {
                    throw UnreadableBody("an entry at '\(path)' is \(child.kind.rawValue) and no object")
                }
                try list.append(child.bytes, with: [("_parent", rest[...])])
            }
        }
        return list.finished
    }
}

/// Writes a JSON array of objects up to a size.
private struct ListWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "[")]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func append(
        _ object: ArraySlice<UInt8>, with members: [(key: String, value: ArraySlice<UInt8>)]
    ) throws(UnreadableBody) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        do {
            bytes.append(contentsOf: try JSONSplice.appending(members, to: object))
        } catch {
            throw UnreadableBody(error.description)
        }
        guard bytes.count < limit else { throw UnreadableBody("the list is too large") }
    }

    var finished: [UInt8] { bytes + [UInt8(ascii: "]")] }

    static func object(_ members: [(key: String, value: ArraySlice<UInt8>)]) throws(UnreadableBody) -> [UInt8] {
        do {
            return try JSONSplice.appending(members, to: Array("{}".utf8)[...])
        } catch {
            throw UnreadableBody(error.description)
        }
    }
}

extension JSONNode {
    /// The value at `path`, the first one where it matches several; nil where there is none.
    public subscript(path: JSONPath) -> JSONNode? { first(path.steps[...]) }

    /// Every value that `path` matches, in order.
    public func all(_ path: JSONPath) -> [JSONNode] {
        var found: [JSONNode] = []
        collect(path.steps[...], into: &found)
        return found
    }

    private func first(_ steps: ArraySlice<JSONPath.Step>) -> JSONNode? {
        var node = self
        for at in steps.indices {
            if steps[at] == .every {
                let rest = steps[(at + 1)...]
                return node.children.lazy.compactMap { $0.first(rest) }.first { _ in true }
            }
            guard let next = node.step(steps[at]) else { return nil }
            node = next
        }
        return node
    }

    private func collect(_ steps: ArraySlice<JSONPath.Step>, into found: inout [JSONNode]) {
        var node = self
        for at in steps.indices {
            if steps[at] == .every {
                for child in node.children { child.collect(steps[(at + 1)...], into: &found) }
                return
            }
            guard let next = node.step(steps[at]) else { return }
            node = next
        }
        found.append(node)
    }

    private func step(_ step: JSONPath.Step) -> JSONNode? {
        switch step {
        case .key(let key):
            if let member = self[key] { return member }
            guard kind == .array, let position = Int(key) else { return nil }
            return self[position]
        case .position(let position): return self[position]
        case .every: return nil
        }
    }

    private var children: [JSONNode] {
        kind == .object ? members.map(\.value) : Array(elements)
    }
}

extension JSONDocument {
    /// The records at `path`: the elements of each array it matches, and each object it matches; none where it
    /// matches `null`. Their `bytes` are the exact source.
    /// - Throws: `.noSuchPath` where a path without `*` matches nothing, `.wrongType` where it matches a string, a
    ///   number or a truth value: a response that does not fit its definition must not look empty.
    public func records(at path: JSONPath) throws(JSONError) -> [JSONNode] {
        let matches = root.all(path)
        guard !matches.isEmpty || path.isPlural else { throw JSONError(.noSuchPath, detail: "'\(path)'") }
        var records: [JSONNode] = []
        for match in matches {
            switch match.kind {
            case .array: records.append(contentsOf: match.elements)
            case .object: records.append(match)
            case .null: continue
            case .bool, .number, .string:
                throw JSONError(
                    .wrongType, offset: match.offset, in: bytes, detail: "'\(path)' is a \(match.kind.rawValue)")
            }
        }
        return records
    }
}

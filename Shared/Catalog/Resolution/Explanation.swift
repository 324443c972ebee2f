/// A value of a resolved definition and where it came from.
public struct ExplainedValue: Sendable, Hashable {
    /// The keys that lead to it, joined by dots.
    public var path: String
    /// The value as JSON text.
    public var value: String
    /// Where it came from.
    public var origin: Origin
}

/// What a patch would change.
public struct ExplainedChange: Sendable, Hashable {
    /// The keys that lead to the value.
    public var path: String
    /// The value now, nil where there is none.
    public var before: String?
    /// The value then, nil where it would be gone.
    public var after: String?

    /// A change of the value at `path`.
    public init(path: String, before: String?, after: String?) {
        self.path = path
        self.before = before
        self.after = after
    }
}

extension ResolvedDefinition {
    /// Every value with the layer that it came from, sorted by path.
    public var explanation: [ExplainedValue] {
        var values: [ExplainedValue] = []
        Self.collect(tree, path: "", into: &values)
        return values.sorted { $0.path < $1.path }
    }

    /// What would change if `other` took this one's place.
    public func changes(to other: ResolvedDefinition) -> [ExplainedChange] {
        let before = Dictionary(explanation.map { ($0.path, $0.value) }) { first, _ in first }
        let after = Dictionary(other.explanation.map { ($0.path, $0.value) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { path in
            before[path] == after[path] ? nil : ExplainedChange(path: path, before: before[path], after: after[path])
        }
    }

    private static func collect(_ node: DefinitionNode, path: String, into values: inout [ExplainedValue]) {
        switch node.content {
        case .map(let entries) where !entries.isEmpty:
            for entry in entries {
                collect(entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)", into: &values)
            }
        case .list(let items) where !items.isEmpty:
            for (index, item) in items.enumerated() { collect(item, path: "\(path)[\(index)]", into: &values) }
        default:
            values.append(
                ExplainedValue(
                    path: path, value: String(decoding: node.canonicalJSON, as: UTF8.self), origin: node.origin))
        }
    }
}

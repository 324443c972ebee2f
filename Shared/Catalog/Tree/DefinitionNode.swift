import JSON

/// A value of a definition together with where it was written: what YAML documents and JSON overrides become, what
/// merge patches are applied to, and what every component of the language decodes itself from.
public struct DefinitionNode: Sendable, Hashable {
    /// The kinds of values; numbers keep their text so that nothing is rounded on the way.
    public enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        case number(String)
        case text(String)
        case list([DefinitionNode])
        case map([Entry])
    }

    /// A key of a map with its value.
    public struct Entry: Sendable, Hashable {
        /// The key.
        public var key: String
        /// Where the key was written.
        public var keyOrigin: Origin
        /// The value.
        public var value: DefinitionNode

        /// A key with its value.
        public init(key: String, keyOrigin: Origin, value: DefinitionNode) {
            self.key = key
            self.keyOrigin = keyOrigin
            self.value = value
        }
    }

    /// The value.
    public var content: Content
    /// Where it was written.
    public var origin: Origin

    /// A value written at `origin`.
    public init(_ content: Content, at origin: Origin) {
        self.content = content
        self.origin = origin
    }

    /// An empty map.
    public static func emptyMap(at origin: Origin) -> DefinitionNode { DefinitionNode(.map([]), at: origin) }

    /// The entries, where it is a map.
    public var entries: [Entry] {
        if case .map(let entries) = content { entries } else { [] }
    }

    /// The value under `key`, where it is a map that has it.
    public subscript(key: String) -> DefinitionNode? { entries.first { $0.key == key }?.value }

    /// The map without `keys`.
    public func removing(_ keys: Set<String>) -> DefinitionNode {
        guard case .map(let entries) = content else { return self }
        return DefinitionNode(.map(entries.filter { !keys.contains($0.key) }), at: origin)
    }

    /// The map with `keys` alone.
    func keeping(_ keys: Set<String>) -> DefinitionNode {
        guard case .map(let entries) = content else { return self }
        return DefinitionNode(.map(entries.filter { keys.contains($0.key) }), at: origin)
    }

    /// The same tree attributed to `layer`; files and lines stay.
    public func attributed(to layer: Layer) -> DefinitionNode {
        var node = self
        node.origin.layer = layer
        switch content {
        case .list(let items): node.content = .list(items.map { $0.attributed(to: layer) })
        case .map(let entries):
            node.content = .map(
                entries.map { entry in
                    var entry = entry
                    entry.keyOrigin.layer = layer
                    entry.value = entry.value.attributed(to: layer)
                    return entry
                })
        default: break
        }
        return node
    }

    /// What it is, for a message.
    var kindName: String {
        switch content {
        case .null: "nothing"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

extension DefinitionNode {
    /// This value with a JSON merge patch applied (RFC 7396): maps merge key by key, null removes, anything else
    /// replaces. Every value keeps the origin of the layer that wrote it.
    public func merging(_ patch: DefinitionNode) -> DefinitionNode {
        guard case .map(let changes) = patch.content else { return patch }
        var merged = entries
        var position: [String: Int] = [:]
        for (index, entry) in merged.enumerated() { position[entry.key] = index }
        var removed = Set<Int>()
        for change in changes {
            if case .null = change.value.content {
                if let index = position[change.key] { removed.insert(index) }
            } else if let index = position[change.key], !removed.contains(index) {
                merged[index].value = merged[index].value.merging(change.value)
            } else {
                var added = change
                // A patch that meets nothing is still a patch: its nulls name what is not there.
                added.value = DefinitionNode.emptyMap(at: change.value.origin).merging(change.value)
                position[change.key] = merged.count
                merged.append(added)
            }
        }
        let kept = merged.indices.filter { !removed.contains($0) }.map { merged[$0] }
        return DefinitionNode(.map(kept), at: entries.isEmpty ? patch.origin : origin)
    }
}

extension DefinitionNode {
    /// Canonical JSON: keys sorted by their UTF-8 bytes, no spaces, so that equal definitions have equal hashes.
    public var canonicalJSON: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonicalJSON(to: &bytes)
        return bytes
    }

    private func appendCanonicalJSON(to bytes: inout [UInt8]) {
        switch content {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .text(let text): JSONWriter.append(string: text, to: &bytes)
        case .list(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.appendCanonicalJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .map(let entries):
            bytes.append(UInt8(ascii: "{"))
            let sorted = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, entry) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONWriter.append(string: entry.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                entry.value.appendCanonicalJSON(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

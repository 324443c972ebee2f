/// A value of a YAML document with its place in the text.
public struct YAMLNode: Sendable, Hashable {
    /// What a node holds.
    public indirect enum Content: Sendable, Hashable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// The members in their order; every key is there once.
        case mapping([YAMLMember])
    }

    /// What the node holds.
    public let content: Content
    /// Where it begins.
    public let mark: YAMLMark
    /// Where it ends.
    public let end: YAMLMark

    /// A node.
    public init(_ content: Content, mark: YAMLMark, end: YAMLMark) {
        self.content = content
        self.mark = mark
        self.end = end
    }

    /// The scalar; nil for sequences and mappings.
    public var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    /// The elements; nil for everything else.
    public var sequence: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }

    /// The members, in their order; nil for everything else.
    public var mapping: [YAMLMember]? { if case .mapping(let members) = content { members } else { nil } }

    /// The value of the member `key`; nil where there is none or this is no mapping.
    public subscript(key: String) -> YAMLNode? { mapping?.first { $0.key == key }?.value }

    /// True for an empty value, `null` and `~`.
    public var isNull: Bool { scalar?.value == .null }

    /// What the node is, in words for a message.
    public var kindName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "empty"
            case .bool: "a truth value"
            case .integer, .number: "a number"
            case .string: "a text"
            }
        }
    }
}

/// A member of a mapping.
public struct YAMLMember: Sendable, Hashable {
    /// The key as text, whatever its type would be: `200:` is the key `200`.
    public let key: String
    /// Where the key begins.
    public let keyMark: YAMLMark
    /// The value.
    public let value: YAMLNode

    /// A member.
    public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}

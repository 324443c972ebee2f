import JSON

/// A merge patch (RFC 7396) that changes a provider's definition for someone.
///
/// Patches of the layers `customer` and `integration` have the shape of a provider: what stands at their top level
/// concerns every object, what stands under `objects.<name>` that one. A patch of the layer `integration object` has
/// the shape of an object.
public struct Override: Sendable {
    /// Whose it is.
    public var layer: Layer
    /// The patch.
    public var patch: DefinitionNode

    /// A stored patch.
    public init(layer: Layer, patch: JSONValue) {
        self.layer = layer
        self.patch = DefinitionNode(patch, layer: layer)
    }

    /// A patch with its places, as read from a file.
    public init(layer: Layer, patch: DefinitionNode) {
        self.layer = layer
        self.patch = patch.attributed(to: layer)
    }

    /// The patch to one object.
    func patch(for object: String) -> DefinitionNode {
        guard let objects = patch["objects"] else { return patch }
        let common = patch.removing(["objects"])
        guard let own = objects[object] else { return common }
        return Self.joined(common, own)
    }

    /// One patch that does what two do one after the other. Unlike the application of a patch, nulls stay.
    private static func joined(_ first: DefinitionNode, _ second: DefinitionNode) -> DefinitionNode {
        guard case .map(let changes) = second.content, case .map(var entries) = first.content else { return second }
        for change in changes {
            if let index = entries.firstIndex(where: { $0.key == change.key }) {
                entries[index].value = joined(entries[index].value, change.value)
            } else {
                entries.append(change)
            }
        }
        return DefinitionNode(.map(entries), at: first.origin)
    }

    /// Whether it creates `object`.
    func declares(_ object: String) -> Bool { patch["objects"]?[object] != nil }
}

/// Puts the definitions of parents into those of the objects whose requests they drive: a stored definition says
/// everything that a retriever with another catalog needs.
extension ProviderDefinition {
    /// Where a definition may name a parent.
    private static let places: [[String]] = [[], ["changes"], ["since_age"], ["deleted"], ["sweep"]]
    /// What the listing of parents does without.
    private static let left: Set<String> = [
        "map", "also", "title", "docs", "every", "reconcile", "sweep", "enrich", "object",
        "mapping_settings", "verify", "cursor",
    ]

    /// `tree` with the definitions of its parents. `chain` are the objects on the way here.
    func embeddingParents(
        in tree: DefinitionNode, chain: [String], overrides: [Override], problems: inout Diagnostics
    ) -> DefinitionNode {
        var tree = tree
        for place in Self.places {
            guard let holder = place.isEmpty ? tree : tree[place[0]], let parent = holder["parent"],
                case .map = parent.content, let name = parent["object"], case .text(let object) = name.content
            else { continue }
            guard let definition = self.definition(ofParent: object, at: name, chain, overrides, &problems) else {
                continue
            }
            let embedded = holder.replacing("parent", by: parent.replacing("definition", by: definition))
            tree = place.isEmpty ? embedded : tree.replacing(place[0], by: embedded)
        }
        return tree
    }

    private func definition(
        ofParent object: String, at name: DefinitionNode, _ chain: [String], _ overrides: [Override],
        _ problems: inout Diagnostics
    ) -> DefinitionNode? {
        func report(_ message: String, _ advice: String) {
            problems.append(Diagnostic(at: name.origin, path: "parent.object", message, advice: advice))
        }
        guard !chain.contains(object) else {
            report(
                "the parents go round in a circle: \((chain + [object]).joined(separator: ", "))", "name another object"
            )
            return nil
        }
        // What an Integration Object overrides concerns that object alone.
        let shared = overrides.filter { $0.layer < .integrationObject }
        guard objectNames.contains(object) || shared.contains(where: { $0.declares(object) }) else {
            report("\(self.name) has no object '\(object)'", NearestName.advice(for: object, among: objectNames))
            return nil
        }
        let merged = merged(object: object, overrides: shared)
        let tree = embeddingParents(in: merged, chain: chain + [object], overrides: shared, problems: &problems)
            .removing(Self.left)
        let context = DecodingContext()
        context.isParent = true
        guard ObjectDefinition(tree, context: context) != nil, !context.diagnostics.hasErrors else {
            report("the object '\(object)' cannot be listed", "see the problems of '\(object)' itself")
            return nil
        }
        return tree
    }
}

extension DefinitionNode {
    /// This map with `value` under `key`.
    fileprivate func replacing(_ key: String, by value: DefinitionNode) -> DefinitionNode {
        guard case .map(var entries) = content else { return self }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value = value
        } else {
            entries.append(Entry(key: key, keyOrigin: value.origin, value: value))
        }
        return DefinitionNode(.map(entries), at: origin)
    }
}

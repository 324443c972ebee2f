import Catalog
import JSON
import Models
import Storage
import Synchronization

/// What overrides say of the pace of objects, resolved against a catalog. Objects with the same overrides are resolved
/// once.
package final class PaceResolution: Sendable {
    private let catalog: CatalogFolder
    private let known = Mutex<[PacedObject: ObjectPace?]>([:])

    /// Resolution against `catalog`.
    package init(catalog: CatalogFolder) { self.catalog = catalog }

    /// What the overrides of `object` say of its pace; nil where its definition cannot be resolved, which the retriever
    /// will tell of.
    package func pace(of object: PacedObject) -> ObjectPace? {
        // Most objects have none.
        guard !object.overrides.isEmpty else { return ObjectPace() }
        if let pace = known.withLock({ $0[object] }) { return pace }
        let pace = resolve(object)
        known.withLock { $0[object] = .some(pace) }
        return pace
    }

    /// The objects whose definition could not be resolved, as `provider/object`.
    package var unresolved: [String] {
        known.withLock { known in
            Set(known.filter { $0.value == nil }.map { "\($0.key.provider)/\($0.key.object)" }).sorted()
        }
    }

    private func resolve(_ object: PacedObject) -> ObjectPace? {
        guard let provider = catalog.providers[object.provider] else { return nil }
        let overrides = object.overrides.compactMap { stored in
            (try? JSONValue(parsing: stored.patch)).map {
                Override(layer: Layer(rawValue: stored.reach.rawValue) ?? .customer, patch: $0)
            }
        }
        guard let resolved = try? provider.resolve(object: object.object, overrides: overrides) else { return nil }
        // What the scheduler knows of it without overrides: nothing where an override has made it.
        let plain =
            provider.objectNames.contains(object.object) ? try? provider.resolve(object: object.object).object : nil
        let definition = resolved.object
        var pace = ObjectPace()
        let isOverridden = Self.isOverridden(resolved.tree["every"])
        if plain == nil || isOverridden {
            pace.every = definition.every ?? .seconds(3600)
            pace.isOverridden = isOverridden
        }
        if plain == nil || Self.isOverridden(resolved.tree["reconcile"]) || plain?.reconcile != definition.reconcile {
            pace.reconcile = definition.reconcile ?? .zero
        }
        if plain == nil || Self.isOverridden(resolved.tree["sweep"]?["every"])
            || plain?.sweep?.every != definition.sweep?.every
        {
            pace.sweep = definition.sweep?.every ?? .zero
        }
        return pace
    }

    /// Whether a value of the definition was written by an override.
    private static func isOverridden(_ node: DefinitionNode?) -> Bool {
        node.map { $0.origin.layer >= .customer } ?? false
    }
}

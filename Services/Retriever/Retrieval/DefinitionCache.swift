import Catalog
import Synchronization

/// Compiled definitions, so that runs of the same object of the same integration, and attempts of one run, share one.
final class DefinitionCache: Sendable {
    /// What a definition was resolved from.
    struct Key: Hashable {
        let provider: String
        let object: String
        /// The patches with their layers, and the settings, as they are stored.
        let inputs: [[UInt8]]
    }

    private struct State {
        var definitions: [Key: (definition: ResolvedDefinition, used: UInt64)] = [:]
        var clock: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A cache of at most `limit` definitions; the one that was used longest ago makes room.
    init(limit: Int = 500) { self.limit = limit }

    /// The definition of `key`, which `resolve` makes where it is not known.
    func definition(
        _ key: Key, resolve: () throws -> ResolvedDefinition
    ) throws -> ResolvedDefinition {
        let known = state.withLock { state -> ResolvedDefinition? in
            guard let entry = state.definitions[key] else { return nil }
            state.clock += 1
            state.definitions[key]?.used = state.clock
            return entry.definition
        }
        if let known { return known }
        let definition = try resolve()
        state.withLock { state in
            state.clock += 1
            state.definitions[key] = (definition, state.clock)
            guard state.definitions.count > limit else { return }
            // Half of them at once, so that a full cache does not search for the oldest each time.
            let used = state.definitions.values.map(\.used).sorted()
            let border = used[used.count / 2]
            state.definitions = state.definitions.filter { $0.value.used >= border }
        }
        return definition
    }
}

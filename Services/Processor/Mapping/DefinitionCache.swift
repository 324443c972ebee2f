import Models
import Storage
import Synchronization

/// The mappings of definitions by hash, and the Integration Objects by public id: neither changes once it is there.
package final class DefinitionCache: Sendable {
    private struct State {
        var mappings: [String: any RecordMapping] = [:]
        var objects: [PublicID: StoredObject] = [:]
        var objectsByID: [Int64: StoredObject] = [:]
    }

    private let store: any DataStore
    private let reader: any MappingReader
    private let state = Mutex(State())
    /// Each mapping holds a compiled definition; a change of a provider or an override makes a new one.
    private let capacity: Int

    /// An empty cache over `store`.
    package init(store: any DataStore, reader: any MappingReader, capacity: Int = 10_000) {
        self.store = store
        self.reader = reader
        self.capacity = capacity
    }

    /// The mapping of the definition with this hash.
    /// - Throws: `Failure` of class `definition` where there is none or it cannot be read; the store's errors.
    package func mapping(_ hash: String) async throws -> any RecordMapping {
        if let known = state.withLock({ $0.mappings[hash] }) { return known }
        guard let body = try await store.definition(hash) else {
            throw Failure(
                .definition, "the definition that the record was retrieved with is not stored",
                advice: "sync the object again; if this repeats, look for a retriever that cannot write definitions")
        }
        let mapping = try reader.mapping(of: body)
        state.withLock {
            if $0.mappings.count >= capacity { $0.mappings.removeAll(keepingCapacity: true) }
            $0.mappings[hash] = mapping
        }
        return mapping
    }

    /// The objects with these public ids; those that there are not are missing.
    package func objects(_ ids: Set<PublicID>) async throws -> [PublicID: StoredObject] {
        var found = state.withLock { state in
            ids.reduce(into: [PublicID: StoredObject]()) { $0[$1] = state.objects[$1] }
        }
        let unknown = ids.filter { found[$0] == nil }
        guard !unknown.isEmpty else { return found }
        for object in try await store.objects(unknown.sorted()) {
            found[object.source.object] = object
            remember(object)
        }
        return found
    }

    /// The object with this internal id, or nil if there is none.
    package func object(_ id: Int64) async throws -> StoredObject? {
        if let known = state.withLock({ $0.objectsByID[id] }) { return known }
        guard let object = try await store.objects(internalIDs: [id]).first else { return nil }
        remember(object)
        return object
    }

    private func remember(_ object: StoredObject) {
        state.withLock {
            if $0.objects.count >= 1_000_000 {
                $0.objects.removeAll()
                $0.objectsByID.removeAll()
            }
            $0.objects[object.source.object] = object
            $0.objectsByID[object.id] = object
        }
    }
}

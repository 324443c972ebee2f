import Models
import Service
import Storage

/// Keeps this process's lease alive. All its runs hang on it: when it is lost they are abandoned, and the process starts
/// anew under a new epoch.
package actor LeaseKeeper {
    private let store: any RetrievalStore
    private let id: PublicID
    private let providers: [String]?
    private let capacity: Int
    private let duration: Duration
    private var lease: RetrieverLease?

    /// A keeper for the process `id`, which takes runs of `providers` (nil: all) in `capacity` slots.
    package init(store: any RetrievalStore, id: PublicID, providers: [String]?, capacity: Int, duration: Duration) {
        self.store = store
        self.id = id
        self.providers = providers
        self.capacity = capacity
        self.duration = duration
    }

    /// What a beat found.
    package enum Beat: Sendable, Equatable {
        /// The lease is alive for another while.
        case alive(RetrieverLease)
        /// A new lease: whatever was held under an earlier one is lost.
        case renewed(RetrieverLease)
    }

    /// The lease, once there is one.
    package var current: RetrieverLease? { lease }

    /// Renews the lease, or registers if there is none or it has ended.
    package func beat(freeSlots: Int) async throws -> Beat {
        if let lease, try await store.renew(lease, freeSlots: freeSlots, for: duration) { return .alive(lease) }
        let new = try await store.register(id: id, providers: providers, capacity: capacity, lease: duration)
        lease = new
        return .renewed(new)
    }

    /// Ends the lease, so that what is still held goes on elsewhere at once.
    package func end() async throws {
        guard let lease else { return }
        self.lease = nil
        try await store.release(lease)
    }
}

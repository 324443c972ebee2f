import Models
import Storage

/// Of several messages about one Interaction in a batch, only the newest is stored.
package enum WinningVersions {
    /// One message of a batch that competes.
    package struct Candidate: Sendable {
        /// Its place in the batch.
        package var index: Int
        /// Which Interaction it is about.
        package var key: InteractionKey
        /// How new it is.
        package var version: StoredVersion

        /// A candidate.
        package init(index: Int, key: InteractionKey, version: StoredVersion) {
            self.index = index
            self.key = key
            self.version = version
        }
    }

    /// The winners in key order. Of two of the same version, the first stays: the other is the same message again.
    package static func choose(_ candidates: [Candidate]) -> [Candidate] {
        var winners: [InteractionKey: Candidate] = [:]
        winners.reserveCapacity(candidates.count)
        for candidate in candidates {
            if let other = winners[candidate.key], !candidate.version.isNewer(than: other.version) { continue }
            winners[candidate.key] = candidate
        }
        return winners.values.sorted { $0.key < $1.key }
    }
}

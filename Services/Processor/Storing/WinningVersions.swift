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
        // By place where keys are equal, so that the first of the same version is met first.
        let sorted = candidates.sorted { $0.key == $1.key ? $0.index < $1.index : $0.key < $1.key }
        var winners: [Candidate] = []
        winners.reserveCapacity(sorted.count)
        for candidate in sorted {
            guard let last = winners.last, last.key == candidate.key else {
                winners.append(candidate)
                continue
            }
            if candidate.version.isNewer(than: last.version) { winners[winners.count - 1] = candidate }
        }
        return winners
    }
}

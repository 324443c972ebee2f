import Models

/// Which partitions a consumer has and what it has been given of each. Pure.
package struct Assignment {
    /// What is known of a partition since it was assigned.
    private struct Progress {
        /// The offsets given out, first to last.
        var delivered: ClosedRange<Int64>?
        /// Where reading starts, once known: the committed offset or the first one there is.
        var start: Int64?
    }

    private var progress: [TopicPartition: Progress] = [:]

    /// Nothing assigned.
    package init() {}

    /// The assigned partitions.
    package var partitions: [TopicPartition] { Array(progress.keys) }

    /// `partition` belongs to this consumer from now on.
    package mutating func assign(_ partition: TopicPartition) { progress[partition] = Progress() }

    /// `partition` belongs to nobody we know.
    package mutating func revoke(_ partition: TopicPartition) { progress[partition] = nil }

    /// All partitions are gone.
    package mutating func revokeAll() { progress = [:] }

    /// `offset` has been given to the service. An offset that is not behind the last one means that the partition
    /// started again (the broker lost it): what was given before no longer counts.
    package mutating func deliver(_ offset: Int64, of partition: TopicPartition) {
        guard let known = progress[partition] else { return }
        if let delivered = known.delivered, offset > delivered.upperBound {
            progress[partition]?.delivered = delivered.lowerBound...offset
        } else {
            progress[partition]?.delivered = offset...offset
        }
    }

    /// The partition's reading starts at `offset`.
    package mutating func start(_ partition: TopicPartition, at offset: Int64) { progress[partition]?.start = offset }

    /// The next offset to be given out, if known.
    package func position(of partition: TopicPartition) -> Int64? {
        guard let known = progress[partition] else { return nil }
        return known.delivered.map { $0.upperBound + 1 } ?? known.start
    }

    /// The offsets to store for `messages`: one behind the last of each partition. Left out is what was given out in
    /// an earlier life of the partition: another member may have it by now, or the broker lost it and its offsets
    /// mean other messages.
    package func offsets(behind messages: [ReceivedMessage]) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for message in messages {
            let partition = TopicPartition(topic: message.topic, partition: message.partition)
            guard let delivered = progress[partition]?.delivered, delivered.contains(message.offset) else { continue }
            offsets[partition] = max(offsets[partition] ?? 0, message.offset + 1)
        }
        return offsets
    }
}

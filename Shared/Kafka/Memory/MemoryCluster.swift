import Models

/// What a broker in memory holds: topics, groups and what each member has been given. Pure; the time is an argument.
struct MemoryCluster {
    /// One member of a group.
    struct Member {
        var topics: [TopicPattern]
        var assignment = Assignment()
        var positions: [TopicPartition: Int64] = [:]
    }

    private struct Group {
        /// In the order they joined, which decides who gets what.
        var members: [(id: Int, member: Member)] = []
        var committed: [TopicPartition: Int64] = [:]
    }

    /// The largest message, key, value and headers together: Kafka's default.
    static let largestMessage = 1_000_000

    private(set) var topics: [String: [[ReceivedMessage]]] = [:]
    private var groups: [String: Group] = [:]
    private var keyless = 0

    // MARK: Topics

    /// Creates or grows `topic`.
    mutating func ensure(_ topic: TopicSpecification) {
        let missing = Int(topic.partitions) - (topics[topic.name]?.count ?? 0)
        guard missing > 0 else { return }
        topics[topic.name, default: []] += Array(repeating: [], count: missing)
        rebalanceAll()
    }

    /// Deletes `topic` with the groups' offsets in it.
    mutating func delete(_ topic: String) {
        guard topics.removeValue(forKey: topic) != nil else { return }
        for name in groups.keys {
            let remaining = groups[name]?.committed.filter { $0.key.topic != topic }
            groups[name]?.committed = remaining ?? [:]
        }
        rebalanceAll()
    }

    /// Loses every topic and every group's offsets; members stay and wait for their topics.
    mutating func wipe() {
        topics = [:]
        for name in groups.keys { groups[name]?.committed = [:] }
        rebalanceAll()
    }

    /// Stores `message` behind the others of its partition.
    mutating func append(_ message: Message, at time: Timestamp) throws(KafkaError) {
        guard let partitions = topics[message.topic], !partitions.isEmpty else {
            throw KafkaError(.unknownTopic, code: "UNKNOWN_TOPIC_OR_PART", "there is no topic \(message.topic).")
        }
        let headerSize = message.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard (message.key?.count ?? 0) + (message.value?.count ?? 0) + headerSize <= Self.largestMessage else {
            throw KafkaError(.refused, code: "MSG_SIZE_TOO_LARGE", "a message for \(message.topic) is too large.")
        }
        let partition = message.partition ?? partition(for: message.key, count: partitions.count)
        guard partitions.indices.contains(Int(partition)) else {
            throw KafkaError(
                .unknownTopic, code: "_UNKNOWN_PARTITION", "topic \(message.topic) has no partition \(partition).")
        }
        let stored = ReceivedMessage(
            topic: message.topic, partition: partition, offset: Int64(partitions[Int(partition)].count),
            timestamp: time, key: message.key, value: message.value, headers: message.headers)
        topics[message.topic]?[Int(partition)].append(stored)
    }

    private mutating func partition(for key: ArraySlice<UInt8>?, count: Int) -> Int32 {
        if let key { return KeyPartitioner.partition(of: key, count: Int32(clamping: count)) }
        keyless &+= 1
        return Int32(clamping: keyless.magnitude % UInt(count))
    }

    // MARK: Groups

    /// Lets a member in.
    mutating func join(_ id: Int, group: String, topics: [TopicPattern]) {
        groups[group, default: Group()].members.append((id, Member(topics: topics)))
        rebalance(group)
    }

    /// Lets a member go; what it did not commit goes to the others.
    mutating func leave(_ id: Int, group: String) {
        groups[group]?.members.removeAll { $0.id == id }
        rebalance(group)
    }

    /// Up to `maximum` messages for a member.
    mutating func take(_ maximum: Int, member id: Int, group: String) -> [ReceivedMessage] {
        guard let index = groups[group]?.members.firstIndex(where: { $0.id == id }),
            var member = groups[group]?.members[index].member
        else { return [] }
        var taken: [ReceivedMessage] = []
        for (partition, position) in member.positions.sorted(by: { $0.value < $1.value }) where taken.count < maximum {
            let log = log(of: partition)
            // A position behind the end means that the partition started again.
            let start = position > log.count ? 0 : Int(position)
            let messages = log[start...].prefix(maximum - taken.count)
            for message in messages { member.assignment.deliver(message.offset, of: partition) }
            member.positions[partition] = Int64(start + messages.count)
            taken += messages
        }
        groups[group]?.members[index].member = member
        return taken
    }

    /// Stores offsets, as far as the partitions are still the member's.
    mutating func commit(_ messages: [ReceivedMessage], member id: Int, group: String) {
        guard let member = member(id, of: group) else { return }
        for (partition, offset) in member.assignment.offsets(behind: messages) {
            groups[group]?.committed[partition] = offset
        }
    }

    /// What a member has not been given yet.
    func lag(member id: Int, group: String) -> Int64 {
        guard let member = member(id, of: group) else { return 0 }
        return member.positions.reduce(0) { sum, entry in
            sum + max(Int64(log(of: entry.key).count) - entry.value, 0)
        }
    }

    private func member(_ id: Int, of group: String) -> Member? {
        groups[group]?.members.first { $0.id == id }?.member
    }

    private func log(of partition: TopicPartition) -> [ReceivedMessage] {
        guard let partitions = topics[partition.topic], partitions.indices.contains(Int(partition.partition)) else {
            return []
        }
        return partitions[Int(partition.partition)]
    }

    private mutating func rebalanceAll() { for name in groups.keys { rebalance(name) } }

    /// Gives out all partitions anew, as Kafka's eager protocol does: everybody starts at what was committed.
    private mutating func rebalance(_ name: String) {
        guard var group = groups[name] else { return }
        for index in group.members.indices {
            group.members[index].member.assignment.revokeAll()
            group.members[index].member.positions = [:]
        }
        for (topic, partitions) in topics {
            let readers = group.members.indices.filter { index in
                group.members[index].member.topics.contains { $0.covers(topic) }
            }
            guard !readers.isEmpty else { continue }
            for number in partitions.indices {
                let partition = TopicPartition(topic: topic, partition: Int32(clamping: number))
                let reader = readers[number % readers.count]
                group.members[reader].member.assignment.assign(partition)
                group.members[reader].member.positions[partition] = group.committed[partition] ?? 0
            }
        }
        groups[name] = group
    }
}

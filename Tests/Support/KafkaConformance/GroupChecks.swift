import Kafka
import Models

extension ConformanceCheck {
    static let groups: [ConformanceCheck] = [
        ConformanceCheck("a group that never committed starts at the earliest message") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<3, topic))
            for _ in 0..<2 {
                let consumer = try bench.consumer([topic])
                let received = try await bench.read(3, from: consumer)
                await consumer.close()
                try expect(received.map(\.text) == ["value 0", "value 1", "value 2"], "it got \(received.map(\.text))")
            }
        },
        ConformanceCheck("what was committed is not read again, what was not committed is") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<10, topic))
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(10, from: consumer)
            try await consumer.commit(Array(received[..<6]))
            await consumer.close()
            let successor = try bench.consumer([topic])
            let rest = try await bench.read(4, from: successor)
            await successor.close()
            try expect(rest.map(\.text) == (6..<10).map { "value \($0)" }, "it got \(rest.map(\.text))")
        },
        ConformanceCheck("a commit covers the last message of every partition, in whatever order they are given") {
            bench in
            let topic = try await bench.topic(partitions: 3)
            let producer = try bench.broker.producer()
            for partition in Int32(0)..<3 { try await producer.produce(numbered(0..<5, topic, partition: partition)) }
            let consumer = try bench.consumer([topic])
            try await consumer.commit(try await bench.read(15, from: consumer).shuffled())
            await consumer.close()
            try await producer.produce([Message(topic, key: nil, "new", partition: 2)])
            let successor = try bench.consumer([topic])
            let received = try await bench.read(1, from: successor)
            await successor.close()
            try expect(received.map(\.text) == ["new"], "it got \(received.map(\.text))")
        },
        ConformanceCheck("two groups get every message each") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<5, topic))
            for group in ["a", "b"] {
                let consumer = try bench.consumer([topic], group: group)
                let received = try await bench.read(5, from: consumer)
                try await consumer.commit(received)
                await consumer.close()
            }
        },
        ConformanceCheck("two members share the partitions") { bench in
            let topic = try await bench.topic(partitions: 4)
            let producer = try bench.broker.producer()
            let members = [try bench.consumer([topic]), try bench.consumer([topic])]
            var partitions: [Set<Int32>] = [[], []]
            try await bench.eventually("each of two members reads from partitions of its own") {
                for partition in Int32(0)..<4 {
                    try await producer.produce([Message(topic, key: nil, "x", partition: partition)])
                }
                for (index, member) in members.enumerated() {
                    let messages = try await member.poll(maximum: 100, timeout: .milliseconds(300))
                    partitions[index] = Set(messages.map(\.partition))
                    try await member.commit(messages)
                }
                return partitions.allSatisfy { $0.count == 2 } && partitions[0].isDisjoint(with: partitions[1])
            }
            for member in members { await member.close() }
        },
        ConformanceCheck("a member that is busy and does not poll holds nobody up") { bench in
            let topic = try await bench.topic(partitions: 2)
            let producer = try bench.broker.producer()
            try await producer.produce(numbered(0..<5, topic, partition: 0) + numbered(0..<5, topic, partition: 1))
            let busy = try bench.consumer([topic])
            _ = try await bench.read(10, from: busy)
            let other = try bench.consumer([topic])
            let received = try await bench.read(5, from: other)
            await other.close()
            await busy.close()
            try expect(Set(received.map(\.partition)).count == 1, "the newcomer got \(received.map(\.partition))")
        },
        ConformanceCheck("a partition that moved is not committed by the one who lost it") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<5, topic))
            let first = try bench.consumer([topic])
            let received = try await bench.read(5, from: first)
            await first.close()
            let second = try bench.consumer([topic])
            _ = try await bench.read(1, from: second)
            try await second.commit(Array(received.suffix(1)))
            await second.close()
            let third = try bench.consumer([topic])
            let again = try await bench.read(5, from: third)
            await third.close()
            try expect(
                again.first?.text == "value 0",
                "messages that the member never got counted as processed: \(again.map(\.text))")
        },
        ConformanceCheck("a pattern covers topics that are made later") { bench in
            let first = try await bench.topic("pattern.a")
            let pattern =
                "^" + bench.prefix.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
                + "pattern\\..*"
            let producer = try bench.broker.producer()
            try await producer.produce(numbered(0..<1, first))
            let consumer = try bench.consumer([pattern])
            _ = try await bench.read(1, from: consumer)
            let second = try await bench.topic("pattern.b")
            let other = try await bench.topic("else")
            try await producer.produce(numbered(1..<2, other) + numbered(2..<3, second))
            var seen: Set<String> = []
            try await bench.eventually("a message of the new topic came") {
                let messages = try await consumer.poll(maximum: 10, timeout: .milliseconds(500))
                seen.formUnion(messages.map(\.topic))
                return seen.contains(second)
            }
            await consumer.close()
            try expect(!seen.contains(other), "a topic outside the pattern was read")
        },
        ConformanceCheck(
            "a topic that was deleted and made again is written and read from its start, by the same clients",
            needs: [.deletesTopics]
        ) { bench in
            let topic = try await bench.topic()
            let producer = try bench.broker.producer()
            try await producer.produce(numbered(0..<20, topic))
            let consumer = try bench.consumer([topic])
            let old = try await bench.read(20, from: consumer)
            try await consumer.commit(old)
            try await bench.broker.deleteTopic(topic)
            _ = try await bench.topic()
            try await bench.eventually("the new topic can be written to") {
                do {
                    try await producer.produce(numbered(100..<105, topic))
                    return true
                } catch let error as KafkaError where error.kind == .unknownTopic || error.isRetriable { return false }
            }
            var texts: Set<String> = []
            try await bench.eventually("the new messages came") {
                texts.formUnion(try await consumer.poll(maximum: 100, timeout: .milliseconds(500)).compactMap(\.text))
                return texts.isSuperset(of: (100..<105).map { "value \($0)" })
            }
            await consumer.close()
            try expect(texts.count == 5, "it got \(texts)")
        },
        ConformanceCheck("a topic that does not exist yet is waited for", needs: [.refusesUnknownTopics]) { bench in
            let name = bench.prefix + "later"
            let consumer = try bench.consumer([name])
            let nothing = try await consumer.poll(maximum: 1, timeout: .seconds(1))
            try expect(nothing.isEmpty, "messages came out of nothing")
            _ = try await bench.topic("later")
            try await bench.broker.producer().produce(numbered(0..<1, name))
            let received = try await bench.read(1, from: consumer)
            await consumer.close()
            try expect(received.map(\.text) == ["value 0"], "it got \(received.map(\.text))")
        },
    ]
}

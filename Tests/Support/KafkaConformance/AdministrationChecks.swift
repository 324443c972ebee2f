import Kafka
import Models

extension ConformanceCheck {
    static let administration: [ConformanceCheck] = [
        ConformanceCheck("ensure creates what is missing and can be repeated", needs: [.createsTopics]) { bench in
            let administration = try bench.broker.administration()
            let wanted = [
                TopicSpecification(name: bench.prefix + "plain", partitions: 3),
                TopicSpecification(name: bench.prefix + "compacted", partitions: 2, isCompacted: true),
            ]
            for _ in 0..<2 { try await administration.ensure(wanted) }
            for topic in wanted {
                let count = try await administration.partitions(of: topic.name)
                try expect(count == topic.partitions, "\(topic.name) has \(count.map { "\($0)" } ?? "no") partitions")
            }
            let names = try await administration.topics()
            try expect(Set(wanted.map(\.name)).isSubset(of: names), "the list lacks a topic")
            try await bench.broker.producer().produce(wanted.map { Message($0.name, key: "key", "value") })
        },
        ConformanceCheck(
            "ensure adds missing partitions and never takes any away", needs: [.createsTopics, .addsPartitions]
        ) {
            bench in
            let administration = try bench.broker.administration()
            let name = bench.prefix + "growing"
            for (wanted, expected) in [(2, 2), (5, 5), (3, 5)] as [(Int32, Int32)] {
                try await administration.ensure([TopicSpecification(name: name, partitions: wanted)])
                let count = try await administration.partitions(of: name)
                try expect(count == expected, "there are \(count.map { "\($0)" } ?? "no") partitions, not \(expected)")
            }
        },
        ConformanceCheck("two services ensure the same topics at once", needs: [.createsTopics]) { bench in
            let wanted = (0..<5).map { TopicSpecification(name: bench.prefix + "shared-\($0)", partitions: 2) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    let administration = try bench.broker.administration()
                    group.addTask { try await administration.ensure(wanted) }
                }
                try await group.waitForAll()
            }
        },
        ConformanceCheck("a topic without partitions is a mistake of the caller") { bench in
            let administration = try bench.broker.administration()
            do {
                try await administration.ensure([TopicSpecification(name: bench.prefix + "none", partitions: 0)])
            } catch let error as KafkaError {
                return try expect(error.kind == .configuration, "the error is \(error)")
            }
            throw ConformanceFailure("ensure accepted zero partitions")
        },
        ConformanceCheck("asking for a topic does not create it") { bench in
            let administration = try bench.broker.administration()
            for _ in 0..<2 {
                let count = try await administration.partitions(of: bench.prefix + "absent")
                try expect(count == nil, "an absent topic has \(count.map { "\($0)" } ?? "no") partitions")
            }
            let names = try await administration.topics()
            try expect(!names.contains(bench.prefix + "absent"), "asking created the topic")
        },
        ConformanceCheck("the cluster has an id, the same for everybody") { bench in
            let first = try await bench.broker.administration().clusterID()
            let second = try await bench.broker.administration().clusterID()
            try expect(!first.isEmpty && first == second, "the ids are \"\(first)\" and \"\(second)\"")
        },
    ]
}

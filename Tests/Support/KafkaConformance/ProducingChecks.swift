import Kafka
import Models

extension ConformanceCheck {
    static let producing: [ConformanceCheck] = [
        ConformanceCheck("what is produced is read back byte for byte, with key, headers and time") { bench in
            let topic = try await bench.topic()
            let bytes = Array(UInt8.min...UInt8.max)
            let headers = [
                MessageHeader("ce_id", "1.2.3"), MessageHeader("ce_subject", "ünï"), MessageHeader("empty", ""),
                MessageHeader("ce_id", "a second one"),
            ]
            // Slices from the middle of a larger array, as records are in a response body.
            let message = Message(topic: topic, key: bytes[10..<20], value: bytes[100..<256], headers: headers)
            try await bench.broker.producer().produce([message])
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(1, from: consumer)
            await consumer.close()
            try expect(received.first?.topic == topic, "the topic differs")
            try expect(received.first?.key == bytes[10..<20], "the key differs")
            try expect(received.first?.value == bytes[100..<256], "the value differs")
            try expect(received.first?.headers == headers, "the headers differ: \(received.map(\.headers))")
            try expect(received.first?.offset == 0 && received.first?.partition == 0, "the place differs")
            try expect((received.first?.timestamp.microseconds ?? 0) > 1_600_000_000_000_000, "there is no time")
        },
        ConformanceCheck("a missing key or value stays apart from an empty one") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce([
                Message(topic, key: nil, "no key", partition: 0), Message(topic, key: "", "empty key", partition: 0),
                Message(topic, key: "tombstone", nil, partition: 0), Message(topic, key: "empty", "", partition: 0),
            ])
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(4, from: consumer)
            await consumer.close()
            try expect(received.map(\.keyText) == [nil, "", "tombstone", "empty"], "keys: \(received.map(\.keyText))")
            try expect(
                received.map(\.text) == ["no key", "empty key", nil, ""], "values: \(received.map(\.text))")
        },
        ConformanceCheck("messages of one call and of one partition keep their order") { bench in
            let topic = try await bench.topic()
            let producer = try bench.broker.producer()
            for start in stride(from: 0, to: 3000, by: 1000) {
                try await producer.produce(numbered(start..<start + 1000, topic))
            }
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(3000, from: consumer)
            await consumer.close()
            try expect(received.map(\.text) == (0..<3000).map { "value \($0)" }, "the order differs")
            try expect(received.map(\.offset) == (0..<3000).map { Int64($0) }, "the offsets have gaps")
        },
        ConformanceCheck("a key has one partition, the one that Java clients choose") { bench in
            let topic = try await bench.topic(partitions: 5)
            let keys = (0..<200).map { "object \($0)" }
            let producer = try bench.broker.producer()
            for _ in 0..<2 { try await producer.produce(keys.map { Message(topic, key: $0, "value") }) }
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(400, from: consumer)
            await consumer.close()
            for message in received {
                let expected = KeyPartitioner.partition(of: message.key ?? [], count: 5)
                try expect(
                    message.partition == expected,
                    "\(message.keyText ?? "nil") is in \(message.partition), not in \(expected)")
            }
        },
        ConformanceCheck("many tasks produce at once through one producer") { bench in
            let topic = try await bench.topic(partitions: 3)
            let producer = try bench.broker.producer()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<40 {
                    group.addTask {
                        for page in 0..<5 {
                            let messages = (0..<20).map { Message(topic, key: "\(task)", "\(task).\(page).\($0)") }
                            try await producer.produce(messages)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(4000, from: consumer)
            await consumer.close()
            try expect(Set(received.compactMap(\.text)).count == 4000, "messages are missing or doubled")
        },
        ConformanceCheck("an unknown topic is told apart from other errors", needs: [.refusesUnknownTopics]) { bench in
            let producer = try bench.broker.producer()
            do {
                try await producer.produce([Message(bench.prefix + "nobody-made-this", key: "a", "b")])
            } catch let error as KafkaError {
                return try expect(error.kind == .unknownTopic, "the error is \(error)")
            }
            throw ConformanceFailure("producing succeeded")
        },
        ConformanceCheck(
            "a topic that is made after producing to it failed can be produced to",
            needs: [.refusesUnknownTopics, .createsTopics]
        ) { bench in
            let producer = try bench.broker.producer()
            let message = Message(bench.prefix + "late", key: "a", "b")
            do { try await producer.produce([message]) } catch is KafkaError {}
            let administration = try bench.broker.administration()
            try await bench.eventually("the message is acknowledged") {
                try await administration.ensure([TopicSpecification(name: message.topic, partitions: 1)])
                do {
                    try await producer.produce([message])
                    return true
                } catch let error as KafkaError where error.kind == .unknownTopic { return false }
            }
        },
        ConformanceCheck("a message for a partition that does not exist is refused as unknown") { bench in
            let topic = try await bench.topic(partitions: 2)
            let producer = try bench.broker.producer()
            try await producer.produce([Message(topic, key: "a", "b", partition: 1)])
            do {
                try await producer.produce([Message(topic, key: "a", "b", partition: 7)])
            } catch let error as KafkaError {
                return try expect(error.kind == .unknownTopic, "the error is \(error)")
            }
            throw ConformanceFailure("producing succeeded")
        },
        ConformanceCheck(
            "a message that is too large is refused, and the producer goes on", needs: [.limitsMessageSize]
        ) {
            bench in
            let topic = try await bench.topic()
            let producer = try bench.broker.producer()
            let large = Message(topic: topic, key: nil, value: [UInt8](repeating: 7, count: 3_000_000)[...])
            do {
                try await producer.produce([large])
                throw ConformanceFailure("producing three megabytes succeeded")
            } catch let error as KafkaError {
                try expect(error.kind == .refused, "the error is \(error)")
            }
            try await producer.produce([Message(topic, key: "a", "b")])
        },
    ]
}

import Kafka
import Models

extension ConformanceCheck {
    static let reading: [ConformanceCheck] = [
        ConformanceCheck("polling an empty topic returns nothing after the time-out") { bench in
            let topic = try await bench.topic()
            let consumer = try bench.consumer([topic])
            let start = ContinuousClock.now
            let received = try await consumer.poll(maximum: 10, timeout: .milliseconds(300))
            let taken = ContinuousClock.now - start
            await consumer.close()
            try expect(received.isEmpty, "\(received.count) messages came")
            try expect(taken >= .milliseconds(290), "it returned after \(taken)")
        },
        ConformanceCheck("a poll gives at most what was asked for, and the next one the rest") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<10, topic))
            let consumer = try bench.consumer([topic])
            var sizes: [Int] = []
            var texts: [String?] = []
            try await bench.eventually("ten messages came") {
                let messages = try await consumer.poll(maximum: 3, timeout: .milliseconds(500))
                sizes.append(messages.count)
                texts += messages.map(\.text)
                return texts.count >= 10
            }
            await consumer.close()
            try expect(sizes.allSatisfy { $0 <= 3 }, "polls gave \(sizes)")
            try expect(texts == (0..<10).map { "value \($0)" }, "the messages are \(texts)")
        },
        ConformanceCheck("a waiting poll gets a message as soon as it is there") { bench in
            let topic = try await bench.topic()
            let producer = try bench.broker.producer()
            let consumer = try bench.consumer([topic])
            try await producer.produce(numbered(0..<1, topic))
            _ = try await bench.read(1, from: consumer)
            async let next = consumer.poll(maximum: 1, timeout: .seconds(60))
            let start = ContinuousClock.now
            try await producer.produce(numbered(1..<2, topic))
            let received = try await next
            let taken = ContinuousClock.now - start
            await consumer.close()
            try expect(received.first?.text == "value 1", "it got \(received.map(\.text))")
            // Far from the time-out is enough: a busy machine has its pauses.
            try expect(taken < .seconds(30), "it took \(taken)")
        },
        ConformanceCheck("a cancelled poll ends at once") { bench in
            let topic = try await bench.topic()
            let consumer = try bench.consumer([topic])
            let task = Task { try await consumer.poll(maximum: 1, timeout: .seconds(60)) }
            task.cancel()
            let start = ContinuousClock.now
            do {
                _ = try await task.value
                throw ConformanceFailure("the poll returned")
            } catch is CancellationError {}
            try expect(ContinuousClock.now - start < .seconds(30), "it waited on")
            await consumer.close()
        },
        ConformanceCheck("after close, polling and committing say that it is over") { bench in
            let topic = try await bench.topic()
            try await bench.broker.producer().produce(numbered(0..<1, topic))
            let consumer = try bench.consumer([topic])
            let received = try await bench.read(1, from: consumer)
            await consumer.close()
            await consumer.close()
            do {
                _ = try await consumer.poll(maximum: 1, timeout: .seconds(1))
                throw ConformanceFailure("poll returned")
            } catch is CancellationError {}
            do {
                try await consumer.commit(received)
                throw ConformanceFailure("commit returned")
            } catch is CancellationError {}
        },
        ConformanceCheck("close ends a poll that waits") { bench in
            let topic = try await bench.topic()
            let consumer = try bench.consumer([topic])
            async let waiting = consumer.poll(maximum: 1, timeout: .seconds(60))
            await consumer.close()
            do {
                _ = try await waiting
                throw ConformanceFailure("poll returned")
            } catch is CancellationError {}
        },
        ConformanceCheck("lag counts what has not been polled", needs: [.knowsHighWatermarks]) { bench in
            let topic = try await bench.topic(partitions: 2)
            let producer = try bench.broker.producer()
            try await producer.produce(numbered(0..<30, topic, partition: 0))
            try await producer.produce(numbered(0..<20, topic, partition: 1))
            let consumer = try bench.consumer([topic])
            let first = try await bench.read(10, from: consumer)
            try await bench.eventually("lag is 40") { await consumer.lag() == 40 }
            let rest = try await bench.read(40, from: consumer)
            try await bench.eventually("lag is 0") { await consumer.lag() == 0 }
            try await consumer.commit(first + rest)
            await consumer.close()
            let successor = try bench.consumer([topic])
            try await producer.produce(numbered(30..<35, topic, partition: 0))
            let next = try await bench.read(1, from: successor)
            try expect(next.first?.text == "value 30", "the successor starts at \(next.map(\.text))")
            try await bench.eventually("the successor's lag is 4") { await successor.lag() == 4 }
            await successor.close()
        },
    ]
}

import Models
import Processor
import Storage

extension DataStoreCheck {
    /// Every rule.
    public static let all: [DataStoreCheck] =
        storing + versions + rejecting + matching + linking + describing + publishing

    static let storing: [DataStoreCheck] = [
        DataStoreCheck("a new record is stored and gets its receipt") { fixture in
            let pipeline = TestPipeline(fixture)
            let counts = try await pipeline.store([
                pipeline.record(2, "c1", ["name": "Ann", "email": "ann@acme.com"], index: 1)
            ])
            try expect([counts.stored, counts.unchanged, counts.rejected], [1, 0, 0], "stored, unchanged, rejected")
            try expect(try await fixture.entities(.contact).map(\.name), ["Ann"])
            try expect(
                try await fixture.page(PageKey(objectID: 2, run: 1, page: 0)),
                PageFacts(bits: "0100", stored: 1, unchanged: 0, rejected: 0))
        },
        DataStoreCheck("the same content in a later run is neither written nor published again") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "Ann"])])
            _ = try await pipeline.published()
            let counts = try await pipeline.store([pipeline.record(2, "c1", ["name": "Ann"], run: 2)])
            try expect(counts.unchanged, 1)
            try expect(try await fixture.entities(.contact).map(\.revision), [1])
            try expect(try await pipeline.published().count, 0, "what is published")
            try expect(
                try await fixture.page(PageKey(objectID: 2, run: 2, page: 0)),
                PageFacts(bits: "1000", stored: 0, unchanged: 1, rejected: 0))
        },
        DataStoreCheck("a batch that is delivered twice counts once") { fixture in
            let pipeline = TestPipeline(fixture)
            let batch = [
                pipeline.record(2, "c1", ["name": "Ann"]), pipeline.record(2, "c2", ["name": "Bob"], index: 3),
            ]
            try await pipeline.store(batch)
            let counts = try await pipeline.store(batch)
            try expect(counts.stored, 0)
            try expect(
                try await fixture.page(PageKey(objectID: 2, run: 1, page: 0)),
                PageFacts(bits: "1001", stored: 2, unchanged: 0, rejected: 0))
        },
        DataStoreCheck("a record that is twice on a page gets both receipts, and the newer version stays") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(2, "c1", ["name": "Old"], index: 0),
                pipeline.record(2, "c1", ["name": "New"], index: 2),
            ])
            try expect(try await fixture.entities(.contact).map(\.name), ["New"])
            try expect(try await fixture.page(PageKey(objectID: 2, run: 1, page: 0))?.bits, "1010")
        },
        DataStoreCheck("barriers are passed with the batch that holds them") { fixture in
            let pipeline = TestPipeline(fixture)
            let barrier = pipeline.received(
                Message(
                    topic: "tributary.interactions.contacts", key: nil, value: nil,
                    headers: [
                        MessageHeader(CloudEventHeader.type, CloudEventType.barrier),
                        MessageHeader(CloudEventHeader.id, "7"),
                    ]), partition: 3)
            try await fixture.sendBarrier(7, partition: 3)
            try await fixture.sendBarrier(7, partition: 4)
            try await pipeline.store([barrier])
            try expect(try await fixture.passedBarriers(), ["7/3"])
        },
        DataStoreCheck("custom types are stored and published with their payload") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(5, "b1", ["room": "12"])])
            let published = try await pipeline.published()
            let key = "tributary.records.custom \(TestObjects.all[4].source.object):b1"
            try expect(published, [key: .some(#"{"room":"12"}"#)])
        },
    ]

    static let versions: [DataStoreCheck] = [
        DataStoreCheck("an older version never overwrites a newer one") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "New"], modified: 20, index: 0)])
            try await pipeline.store([pipeline.record(2, "c1", ["name": "Old"], modified: 10, run: 2)])
            try expect(try await fixture.entities(.contact).map(\.name), ["New"])
        },
        DataStoreCheck("a state that the provider has left and come back to stays, although its middle arrives late") {
            fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "A"], modified: 10)])
            try await pipeline.store([pipeline.record(2, "c1", ["name": "A"], modified: 30, run: 3)])
            try await pipeline.store([pipeline.record(2, "c1", ["name": "B"], modified: 20, run: 2)])
            try expect(try await fixture.entities(.contact).map(\.name), ["A"])
        },
        DataStoreCheck("a retriever that lost its lease brings nothing back, where the provider has no times") {
            fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "A"], modified: nil)])
            // Attempt 1 of run 2 saw B and went to sleep; attempt 2 saw A again.
            try await pipeline.declare(2, run: 2, attempt: 2)
            let late = pipeline.record(2, "c1", ["name": "B"], modified: nil, run: 2, attempt: 1)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "A"], modified: nil, run: 2, attempt: 2)])
            try await pipeline.store([late])
            try expect(try await fixture.entities(.contact).map(\.name), ["A"])
            try expect(try await fixture.page(PageKey(objectID: 2, run: 2, page: 0))?.bits, "1000")
        },
        DataStoreCheck("a record that is sent again by a person needs no page") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "A"], modified: nil)])
            try await fixture.forgetPages()
            var again = pipeline.record(2, "c1", ["name": "B"], modified: nil, run: 2)
            try await pipeline.store([again], declaring: false)
            try expect(try await fixture.entities(.contact).map(\.name), ["A"], "without the header")
            again.headers.append(MessageHeader(DeadLetter.replayedHeader, "true"))
            try await pipeline.store([again], declaring: false)
            try expect(try await fixture.entities(.contact).map(\.name), ["B"])
        },
        DataStoreCheck("a deletion is stored, published as a tombstone, and outlives older versions") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Deal"], modified: 10)])
            try await pipeline.store([
                pipeline.record(3, "d1", ["title": "Deal"], modified: 20, run: 2, isDeleted: true)
            ])
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Late"], modified: 15, run: 2, index: 1)])
            try expect(try await fixture.records(.deals).map(\.isDeleted), [true])
            let published = try await pipeline.published()
            try expect(Array(published.values), [nil], "the tombstone")
        },
        DataStoreCheck("a record that a sweep found missing comes back with the next run, whatever its time") {
            fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Deal"], modified: 10)])
            try await pipeline.store([
                pipeline.record(3, "d1", [:], modified: nil, run: 2, isDeleted: true, tellsIDAlone: true)
            ])
            try expect(try await fixture.records(.deals).map(\.isDeleted), [true])
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Deal"], modified: 10, run: 3)])
            try expect(try await fixture.records(.deals).map(\.isDeleted), [false])
        },
        DataStoreCheck("a date far ahead pins nothing") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(2, "c1", ["name": "Old"], modified: 9_000_000_000)])
            try await pipeline.store([pipeline.record(2, "c1", ["name": "New"], modified: 9_000_000_000, run: 2)])
            try expect(try await fixture.entities(.contact).map(\.name), ["New"])
        },
    ]

    static let rejecting: [DataStoreCheck] = [
        DataStoreCheck("a record that cannot be stored is rejected with its receipt, the others are stored") {
            fixture in
            let pipeline = TestPipeline(fixture)
            let long = String(repeating: "x", count: 513)
            let batch = [
                pipeline.record(2, "c1", ["name": "Ann"]), pipeline.record(2, long, ["name": "Bob"], index: 1),
                pipeline.record(2, "c3", ["name": "Cid"], index: 2, definition: "unknown"),
            ]
            let counts = try await pipeline.store(batch)
            try expect([counts.stored, counts.rejected], [1, 2], "stored and rejected")
            try expect(
                try await fixture.page(PageKey(objectID: 2, run: 1, page: 0)),
                PageFacts(bits: "1110", stored: 1, unchanged: 0, rejected: 2))
            try await pipeline.store(batch)
            try expect(try await deadLetters(fixture).count, 2, "rejected after a second delivery")
        },
        DataStoreCheck("a message that cannot be read is kept as it came and can be sent again") { fixture in
            let pipeline = TestPipeline(fixture)
            var message = pipeline.record(2, "c1", ["name": "Ann"], index: 3)
            message.headers.removeAll { $0.name == CloudEventHeader.until }
            try await pipeline.declare(2)
            let counts = try await pipeline.store([message])
            try expect(counts.rejected, 1)
            try expect(try await fixture.page(PageKey(objectID: 2, run: 1, page: 0))?.bits, "0001")
            let letters = try await deadLetters(fixture)
            try expect(letters.map(\.topic), ["tributary.interactions.contacts"])
            try expect(letters.first?.headers, message.headers)
            try expect(try await deadLetters(fixture).count, 0, "published a second time")
        },
    ]

    static func deadLetters(_ fixture: any DataStoreFixture) async throws -> [DeadLetter] {
        let box = LetterBox()
        _ = try await fixture.publications.publishRejected(limit: 10) { await box.add($0) }
        return await box.letters
    }
}

private actor LetterBox {
    var letters: [DeadLetter] = []
    func add(_ more: [DeadLetter]) { letters += more }
}

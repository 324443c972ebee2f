import FoundationEssentials
import Models
import Processor
import Storage
import Synchronization

/// Stores records as a processor does, and publishes into a list.
package final class TestPipeline: Sendable {
    /// The tables.
    package let fixture: any DataStoreFixture
    /// Stores batches.
    package let storage: BatchStorage
    /// Definitions and objects.
    package let cache: DefinitionCache
    private let preparation: BatchPreparation
    private let offset = Mutex<Int64>(0)
    /// The end of every run's window.
    package static let until = Timestamp(seconds: 1_700_000_000)

    /// A pipeline into `fixture`.
    package init(_ fixture: any DataStoreFixture) {
        self.fixture = fixture
        cache = DefinitionCache(store: fixture.store, reader: TestMappingReader())
        preparation = BatchPreparation(cache: cache)
        storage = BatchStorage(store: fixture.store, cache: cache, clock: TestClock())
    }

    /// A record of object `id`, `modified` seconds before the end of the window or without a time.
    package func record(
        _ id: Int64, _ externalID: String, _ fields: [String: String], modified: Int64? = 0, run: Int64 = 1,
        attempt: Int32 = 1, page: Int32 = 0, index: Int32 = 0, isDeleted: Bool = false, tellsIDAlone: Bool = false,
        definition: String? = nil
    ) -> ReceivedMessage {
        let object = TestObjects.all[Int(id) - 1]
        let payload = try? JSONEncoder.sorted.encode(fields)
        let message = InteractionMessage(
            place: InteractionPlace(run: run, attempt: attempt, page: page, index: index), source: object.source,
            type: object.type, externalID: externalID, modifiedAt: modified.map { Self.until - .seconds(1000 - $0) },
            until: Self.until + .seconds(run), definition: definition ?? Self.definition(of: object),
            isDeleted: isDeleted, payload: tellsIDAlone ? nil : payload.map { [UInt8]($0)[...] }
        ).message(topics: TopicNames())
        return received(message)
    }

    /// `message` as if it came from a broker.
    package func received(_ message: Message, partition: Int32 = 0) -> ReceivedMessage {
        let offset = offset.withLock { value in
            value += 1
            return value
        }
        return ReceivedMessage(
            topic: message.topic, partition: partition, offset: offset, timestamp: Self.until, key: message.key,
            value: message.value, headers: message.headers)
    }

    private static func definition(of object: StoredObject) -> String {
        if object.id == 4 { return "customers" }
        return InteractionType.canonical.contains(object.type) ? object.type.name : "custom"
    }

    /// Declares a page of object `id`.
    package func declare(
        _ id: Int64, run: Int64 = 1, page: Int32 = 0, attempt: Int32 = 1, expected: Int32 = 4
    ) async throws {
        try await fixture.declare(
            DeclaredPage(
                key: PageKey(objectID: id, run: run, page: page), attempt: attempt, expected: expected))
    }

    /// Stores `messages` in one batch, with their pages declared beforehand unless told otherwise.
    @discardableResult
    package func store(_ messages: [ReceivedMessage], declaring: Bool = true) async throws -> StoredCounts {
        if declaring {
            for message in messages {
                guard let read = try? InteractionMessage(message),
                    let object = TestObjects.all.first(where: { $0.source == read.source })
                else { continue }
                let key = PageKey(objectID: object.id, run: read.place.run, page: read.place.page)
                if try await fixture.page(key) == nil {
                    try await declare(object.id, run: key.run, page: key.page, attempt: read.place.attempt)
                }
            }
        }
        return try await storage.store(try await preparation.prepare(messages))
    }

    /// Publishes everything and returns the last value of each key as text; nil for tombstones.
    package func published() async throws -> [String: String?] {
        let state = Mutex<[String: String?]>([:])
        while try await fixture.publications.publishRecords(
            limit: 3,
            { records in
                for record in records {
                    let object = try await self.object(of: record)
                    let message = RecordMessage.message(
                        record, origin: object.map(RecordOrigin.init), topics: TopicNames())
                    let key = message.topic + " " + String(decoding: message.key ?? [], as: UTF8.self)
                    let value = message.value.map { String(decoding: $0, as: UTF8.self) }
                    state.withLock { $0[key] = .some(value) }
                }
            }) != nil
        {}
        return state.withLock { $0 }
    }

    private func object(of record: PublishedRecord) async throws -> StoredObject? {
        var id = record.objectID
        if id == nil, case .record(let key) = record.key { id = key.objectID }
        guard let id else { return nil }
        return try await cache.object(id)
    }
}

/// A clock that stands still.
package struct TestClock: WallClock {
    /// A clock.
    package init() {}
    /// Always the same time.
    package var now: Timestamp { TestPipeline.until + .seconds(60) }
    /// Returns at once.
    package func sleep(for duration: Duration) async throws {}
}

extension JSONEncoder {
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }
}

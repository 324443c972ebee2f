import Catalog
import Foundation
import Models
import Processor
import ProcessorConformance
import Storage
import Testing

struct PublishedMessageTests {
    private let object = TestObjects.all[1]

    @Test func `an account's message is keyed by its id and carries its source and version`() throws {
        let id = PublicID(high: 9, low: 9)
        let record = PublishedRecord(
            type: .contacts, key: .entity(id), objectID: 2, externalID: "c\"1", revision: 3,
            changedAt: Timestamp(seconds: 0), fields: Array(#"{"id":"x","name":"Ann"}"#.utf8))
        let message = RecordMessage.message(record, origin: RecordOrigin(object), topics: TopicNames())
        #expect(message.topic == "tributary.records.contacts")
        #expect(message.key.map { String(decoding: $0, as: UTF8.self) } == id.description)
        let value = try #require(
            try JSONSerialization.jsonObject(with: Data(message.value ?? [])) as? [String: Any])
        #expect(value["name"] as? String == "Ann")
        #expect(value["version"] as? Int == 3)
        #expect(value["customer"] as? String == object.source.customer.description)
        #expect((value["source"] as? [String: String])?["external_id"] == "c\"1")
        #expect(message.headers.contains(MessageHeader(CloudEventHeader.type, CloudEventType.recordChanged)))
    }

    @Test func `what is gone is a tombstone under the same key`() {
        let record = PublishedRecord(
            type: .deals, key: .record(InteractionKey(objectID: 2, externalID: "d1")), objectID: nil, externalID: nil,
            revision: 0, changedAt: nil, fields: nil)
        let message = RecordMessage.message(record, origin: RecordOrigin(object), topics: TopicNames())
        #expect(message.value == nil)
        #expect(message.key.map { String(decoding: $0, as: UTF8.self) } == "\(object.source.object):d1")
        #expect(message.headers.contains(MessageHeader(CloudEventHeader.type, CloudEventType.recordDeleted)))
    }

    @Test func `a dead letter comes back as the message that it was, marked as replayed`() throws {
        let headers = [
            MessageHeader(CloudEventHeader.type, CloudEventType.interactionRetrieved), MessageHeader("x", "1"),
        ]
        let letter = DeadLetter(
            reason: "bad", rejectedAt: Timestamp(seconds: 1), topic: "tributary.interactions.deals", partition: 2,
            offset: 3, key: [1], value: [2], headers: headers)
        let dead = letter.message(topics: TopicNames())
        #expect(dead.topic == "tributary.dead.interactions.deals")
        #expect(dead.headers.contains(MessageHeader(CloudEventHeader.type, CloudEventType.messageRejected)))
        let received = ReceivedMessage(
            topic: dead.topic, partition: 0, offset: 0, timestamp: Timestamp(seconds: 2), key: dead.key,
            value: dead.value, headers: dead.headers)
        let again = try #require(DeadLetter.replay(received))
        #expect(again.topic == letter.topic)
        #expect(again.key == [1])
        #expect(again.value == [2])
        #expect(Set(again.headers) == Set(headers + [MessageHeader(DeadLetter.replayedHeader, "true")]))
    }

    @Test("the typed tables have the catalog's canonical fields", arguments: InteractionType.canonical)
    func columns(_ type: InteractionType) throws {
        let schema = try #require(CanonicalSchema.of(type))
        let wanted = schema.fields.compactMap { field -> String? in
            guard field.kind == .reference else { return field.name }
            return ["account", "contact"].contains(field.name) ? nil : field.name + "_external_id"
        }
        #expect(CanonicalColumn.columns(of: type).map(\.name).sorted() == wanted.sorted())
    }
}

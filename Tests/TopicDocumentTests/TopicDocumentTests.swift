import Connections
import Foundation
import JSON
import Kafka
import Models
import Processor
import Scheduler
import Storage
import Testing
import YAML

/// Holds `deploy/asyncapi.yaml` against what the services write.
@Suite("The AsyncAPI document") struct TopicDocumentTests {
    private let document: TopicDocument
    private let topics = TopicNames()
    private let object = StoredObject(
        id: 1,
        source: ObjectSource(
            customer: PublicID(high: 1, low: 2), integration: PublicID(high: 3, low: 4),
            object: PublicID(high: 5, low: 6)),
        customerID: 1, integrationID: 1, provider: "stripe", type: .accounts)

    init() throws { document = try TopicDocument() }

    @Test func `names every topic that the services make, and no other`() {
        var made = Set(topics.shared(partitions: 1).map(\.name))
        made.insert(topics.prefix + "sync.requested.{provider}")
        made.insert(BrokerMemory.marker(topics))
        #expect(document.addresses == made)
    }

    @Test func `knows every ce_type of the code`() throws {
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        let code = try String(
            contentsOfFile: root + "/Shared/Models/Messages/CloudEventHeader.swift", encoding: .utf8)
        let types = code.components(separatedBy: "= \"").dropFirst().map { $0.components(separatedBy: "\"")[0] }
            .filter { $0.hasPrefix("tributary.") }
        #expect(types.count >= 9)
        #expect(document.types == Set(types))
    }

    @Test(arguments: [true, false])
    func `describes the headers of interactions`(isDeleted: Bool) throws {
        let message = InteractionMessage(
            place: InteractionPlace(run: 1, attempt: 1, page: 0, index: 0), source: object.source, type: .accounts,
            externalID: "x", modifiedAt: Timestamp(microseconds: 0), until: Timestamp(microseconds: 0),
            definition: "hash", isDeleted: isDeleted, traceparent: "00-0-0-00", payload: Array("{}".utf8)[...])
        try document.check(
            message.message(topics: topics), as: isDeleted ? "interactionDeleted" : "interactionRetrieved",
            hasOptional: ["ce_time", "traceparent"])
    }

    @Test(arguments: InteractionType.canonical)
    func `describes the members of canonical records`(type: InteractionType) throws {
        var fields = CanonicalColumn.columns(of: type).map(\.name)
        let isEntity = EntityRole(type) != nil
        if isEntity { fields.append("id") }
        if type != .accounts { fields += ["account_id", "account_rule"] }
        if !isEntity { fields += ["contact_id", "contact_rule"] }
        let record = PublishedRecord(
            type: type,
            key: isEntity
                ? .entity(PublicID(high: 7, low: 8)) : .record(InteractionKey(objectID: 1, externalID: "x")),
            objectID: 1, externalID: "x", revision: 3, changedAt: Timestamp(microseconds: 0),
            fields: Array("{\(fields.map { "\"\($0)\":null" }.joined(separator: ","))}".utf8))
        let message = RecordMessage.message(record, origin: RecordOrigin(object), topics: topics)
        try document.check(message, as: "\(type.name)Changed", hasOptional: ["ce_time"])
        let members = try JSONValue(parsing: Array(try #require(message.value))).object?.map(\.key)
        #expect(Set(members ?? []) == document.properties(of: type.name))
    }

    @Test func `describes tombstones, doorbells and dead letters`() throws {
        let gone = PublishedRecord(
            type: .deals, key: .record(InteractionKey(objectID: 1, externalID: "x")), objectID: nil, externalID: nil,
            revision: 0, changedAt: nil, fields: nil)
        try document.check(
            RecordMessage.message(gone, origin: RecordOrigin(object), topics: topics), as: "recordDeleted",
            hasOptional: [])
        let ring = Doorbell(objectID: 1, object: object.source.object, run: 1, provider: "stripe").message(
            topics: topics)
        try document.check(ring, as: "syncRequested", hasOptional: [])
        let members = try JSONValue(parsing: Array(try #require(ring.value))).object?.map(\.key)
        #expect(Set(members ?? []) == document.properties(of: "doorbell"))
        let dead = DeadLetter(
            reason: "r", rejectedAt: Timestamp(microseconds: 0), topic: topics.interactions(.deals), partition: 0,
            offset: 1, key: nil, value: nil, headers: [MessageHeader(CloudEventHeader.type, "t")])
        try document.check(dead.message(topics: topics), as: "messageRejected", hasOptional: ["tributary_type"])
    }

    @Test(arguments: [("sync.finished", "syncFinished"), ("alert", "alertRaised"), ("alert.resolved", "alertResolved")])
    func `describes the headers of announcements`(kind: String, name: String) throws {
        let announcement = Announcement(
            id: 1, kind: kind, key: "k", source: object.source.path, body: Array("{}".utf8),
            madeAt: Timestamp(microseconds: 0))
        try document.check(
            AnnouncementPublisher.message(announcement, topics: topics), as: name, hasOptional: [])
    }
}

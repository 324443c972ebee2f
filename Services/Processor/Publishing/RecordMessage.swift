import JSON
import Models
import Storage

/// The message that shows the current state of a record on `records.*`: a value, or a tombstone for what is gone.
package enum RecordMessage {
    /// The message of `record`, which comes from `origin` (an account or contact: from the object that describes it).
    package static func message(_ record: PublishedRecord, origin: RecordOrigin?, topics: TopicNames) -> Message {
        let object = origin?.object
        let type = record.type.isCustom ? object?.type ?? record.type : record.type
        let key = text(of: record.key, object: object)
        let isGone = record.fields == nil
        var headers = [
            MessageHeader(CloudEventHeader.specversion, "1.0"),
            MessageHeader(CloudEventHeader.id, "\(key)#\(record.revision)"),
            MessageHeader(CloudEventHeader.source, source(record, origin)),
            MessageHeader(
                CloudEventHeader.type, isGone ? CloudEventType.recordDeleted : CloudEventType.recordChanged),
            MessageHeader(CloudEventHeader.subject, subject(record)),
            MessageHeader(CloudEventHeader.interactionType, type.name),
        ]
        if let changedAt = record.changedAt {
            headers.append(MessageHeader(CloudEventHeader.time, changedAt.description))
        }
        if !isGone { headers.append(MessageHeader(CloudEventHeader.contentType, "application/json")) }
        return Message(
            topic: topics.records(record.type), key: Array(key.utf8)[...],
            value: record.fields.map { value(record, type: type, origin: origin, fields: $0)[...] }, headers: headers)
    }

    /// An account's or contact's own id; of everything else the object's public id and the external id.
    private static func text(of key: PublishedRecord.Key, object: StoredObject?) -> String {
        switch key {
        case .entity(let id): id.description
        case .record(let key): (object?.source.object.description ?? "") + ":" + key.externalID
        }
    }

    private static func subject(_ record: PublishedRecord) -> String {
        switch record.key {
        case .entity(let id): id.description
        case .record(let key): key.externalID
        }
    }

    private static func source(_ record: PublishedRecord, _ origin: RecordOrigin?) -> String {
        guard let origin else { return "/" }
        return record.isEntity ? origin.customerPath : origin.path
    }

    /// The fields with what they are, whose they are and where they come from in front. A custom record's payload
    /// stands as the provider sent it, so what it is stays in the headers.
    private static func value(
        _ record: PublishedRecord, type: InteractionType, origin: RecordOrigin?, fields: [UInt8]
    ) -> [UInt8] {
        guard !record.type.isCustom else { return fields }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.count + 320)
        bytes.append(contentsOf: "{\"type\":\"\(type.name)\",\"version\":\(record.revision)".utf8)
        if let changedAt = record.changedAt { bytes.append(contentsOf: ",\"changed_at\":\"\(changedAt)\"".utf8) }
        if let origin {
            bytes.append(contentsOf: origin.members)
            JSONWriter.append(string: record.externalID ?? "", to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        // `fields` is an object that Postgres wrote.
        let members = fields.dropFirst()
        if members.first != UInt8(ascii: "}") { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: members)
        return bytes
    }
}

extension PublishedRecord {
    var isEntity: Bool {
        if case .entity = key { true } else { false }
    }
}

extension InteractionType {
    var isCustom: Bool {
        if case .custom = self { true } else { false }
    }
}

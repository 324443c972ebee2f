/// Where a record was seen: the run (a number that grows per object), the claim, the page and the place in the page.
/// Its text form is the `ce_id` of the message, unique within the object's source.
public struct InteractionPlace: Hashable, Sendable, CustomStringConvertible {
    /// The object's run number.
    public var run: Int64
    /// The claim within the run.
    public var attempt: Int32
    /// The page within the run.
    public var page: Int32
    /// The record within the page, which is its bit in the page's receipts.
    public var index: Int32

    /// A place.
    public init(run: Int64, attempt: Int32, page: Int32, index: Int32) {
        self.run = run
        self.attempt = attempt
        self.page = page
        self.index = index
    }

    /// `<run>.<attempt>.<page>.<index>`.
    public var description: String { "\(run).\(attempt).\(page).\(index)" }

    /// Parses the text form.
    public init?(_ text: String) {
        var numbers: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        var place = 0
        var digits = 0
        // Over bytes, because every message of a topic carries one.
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, place < 3 else { return nil }
                numbers = (numbers.1, numbers.2, numbers.3, 0)
                place += 1
                digits = 0
            } else {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 18 else { return nil }
                numbers.3 = numbers.3 * 10 + Int64(byte - UInt8(ascii: "0"))
                digits += 1
            }
        }
        guard place == 3, digits > 0, let attempt = Int32(exactly: numbers.1), let page = Int32(exactly: numbers.2),
            let index = Int32(exactly: numbers.3)
        else { return nil }
        self.init(run: numbers.0, attempt: attempt, page: page, index: index)
    }
}

/// A record on its way from the retriever to the processor.
public struct InteractionMessage: Sendable {
    /// Where it was seen.
    public var place: InteractionPlace
    /// Whose it is.
    public var source: ObjectSource
    /// What kind of thing it is.
    public var type: InteractionType
    /// The provider's own id.
    public var externalID: String
    /// The provider's modified time, where the record has one.
    public var modifiedAt: Timestamp?
    /// The end of the run's window.
    public var until: Timestamp
    /// The hash of the resolved definition that retrieved it and says how to map it.
    public var definition: String
    /// Whether the provider says that it is gone.
    public var isDeleted: Bool
    /// W3C trace context of the run.
    public var traceparent: String?
    /// The record, byte for byte: a JSON object; nil where a deletion tells the id alone.
    public var payload: ArraySlice<UInt8>?

    /// A record seen at `place`.
    public init(
        place: InteractionPlace, source: ObjectSource, type: InteractionType, externalID: String,
        modifiedAt: Timestamp?, until: Timestamp, definition: String, isDeleted: Bool, traceparent: String? = nil,
        payload: ArraySlice<UInt8>?
    ) {
        self.place = place
        self.source = source
        self.type = type
        self.externalID = externalID
        self.modifiedAt = modifiedAt
        self.until = until
        self.definition = definition
        self.isDeleted = isDeleted
        self.traceparent = traceparent
        self.payload = payload
    }

    /// The version that decides which of two copies is newer.
    public var version: InteractionVersion {
        InteractionVersion(
            modifiedAt: modifiedAt, until: until, run: place.run, attempt: place.attempt, page: place.page,
            index: place.index)
    }
}

extension InteractionMessage {
    /// The Kafka message for `topics`.
    public func message(topics: TopicNames) -> Message {
        Self.message(self, topic: topics.interactions(type), sourcePath: source.path, untilText: until.description)
    }

    /// As ``message(topics:)`` with the parts that are the same for a whole page computed once.
    public static func message(
        _ record: InteractionMessage, topic: String, sourcePath: String, untilText: String
    ) -> Message {
        var headers: [MessageHeader] = []
        headers.reserveCapacity(11)
        headers.append(MessageHeader(CloudEventHeader.specversion, "1.0"))
        headers.append(MessageHeader(CloudEventHeader.id, record.place.description))
        headers.append(MessageHeader(CloudEventHeader.source, sourcePath))
        headers.append(
            MessageHeader(
                CloudEventHeader.type,
                record.isDeleted ? CloudEventType.interactionDeleted : CloudEventType.interactionRetrieved))
        headers.append(MessageHeader(CloudEventHeader.subject, record.externalID))
        if let modifiedAt = record.modifiedAt {
            headers.append(MessageHeader(CloudEventHeader.time, modifiedAt.description))
        }
        headers.append(MessageHeader(CloudEventHeader.contentType, "application/json"))
        headers.append(MessageHeader(CloudEventHeader.interactionType, record.type.name))
        headers.append(MessageHeader(CloudEventHeader.until, untilText))
        headers.append(MessageHeader(CloudEventHeader.definition, record.definition))
        if let traceparent = record.traceparent {
            headers.append(MessageHeader(CloudEventHeader.traceparent, traceparent))
        }
        // The key keeps every version of one Interaction in one partition, in order. A deletion without a payload
        // carries an empty JSON object, because a null value would be a tombstone to compaction before it is processed.
        var key = [UInt8]()
        key.reserveCapacity(37 + record.externalID.utf8.count)
        key.append(contentsOf: record.source.object.description.utf8)
        key.append(UInt8(ascii: ":"))
        key.append(contentsOf: record.externalID.utf8)
        return Message(topic: topic, key: key[...], value: record.payload ?? emptyObject, headers: headers)
    }

    private static let emptyObject: ArraySlice<UInt8> = [UInt8(ascii: "{"), UInt8(ascii: "}")]

    /// Why a message on an `interactions.*` topic could not be read.
    public struct Malformed: Error, Equatable, Sendable, CustomStringConvertible {
        /// The header that is missing or wrong.
        public let header: String
        /// What is wrong, without the value.
        public var description: String { "header \(header) is missing or not readable" }
    }

    /// Reads a message of an `interactions.*` topic. Unknown headers are ignored.
    /// - Throws: ``Malformed`` naming the header.
    public init(_ message: ReceivedMessage) throws {
        func value(_ name: String) -> String? { message.headers.last { $0.name == name }?.value }
        func required<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value {
            guard let text = value(name), let value = parse(text) else { throw Malformed(header: name) }
            return value
        }
        let type = try required(CloudEventHeader.type) { $0 }
        guard type == CloudEventType.interactionRetrieved || type == CloudEventType.interactionDeleted else {
            throw Malformed(header: CloudEventHeader.type)
        }
        let time = value(CloudEventHeader.time)
        self.init(
            place: try required(CloudEventHeader.id) { InteractionPlace($0) },
            source: try required(CloudEventHeader.source) { ObjectSource(path: $0) },
            type: InteractionType(try required(CloudEventHeader.interactionType) { $0 }),
            externalID: try required(CloudEventHeader.subject) { $0 },
            modifiedAt: try time.map { text in try required(CloudEventHeader.time) { _ in Timestamp(rfc3339: text) } },
            until: try required(CloudEventHeader.until) { Timestamp(rfc3339: $0) },
            definition: try required(CloudEventHeader.definition) { $0 },
            isDeleted: type == CloudEventType.interactionDeleted,
            traceparent: value(CloudEventHeader.traceparent),
            payload: message.value)
    }
}

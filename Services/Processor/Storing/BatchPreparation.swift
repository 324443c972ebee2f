import Models
import Storage

/// Reads and maps messages: everything that can be done before the transaction.
package struct BatchPreparation: Sendable {
    /// External ids beyond this are rejected: they would not fit an index.
    package static let longestExternalID = 512

    private let cache: DefinitionCache

    /// Preparation with the mappings and objects of `cache`.
    package init(cache: DefinitionCache) { self.cache = cache }

    /// Prepares `messages`, which keep their order.
    /// - Throws: the store's errors; what is wrong with a message becomes its refusal.
    package func prepare(_ messages: [ReceivedMessage]) async throws -> PreparedBatch {
        var batch = PreparedBatch(messages: [], barriers: [])
        batch.messages.reserveCapacity(messages.count)
        var read: [(message: ReceivedMessage, interaction: Result<InteractionMessage, any Error>)] = []
        read.reserveCapacity(messages.count)
        var ids: Set<PublicID> = []
        var hashes: Set<String> = []
        for message in messages {
            if let barrier = Self.barrier(message) {
                batch.barriers.append(barrier)
                continue
            }
            let interaction = Result { try InteractionMessage(message) }
            if case .success(let interaction) = interaction {
                ids.insert(interaction.source.object)
                hashes.insert(interaction.definition)
            } else if let source = Self.source(message) {
                ids.insert(source.object)
            }
            read.append((message, interaction))
        }
        let objects = try await cache.objects(ids)
        var mappings: [String: Result<any RecordMapping, Failure>] = [:]
        for hash in hashes {
            do { mappings[hash] = .success(try await cache.mapping(hash)) } catch let failure as Failure {
                mappings[hash] = .failure(failure)
            }
        }
        for (message, interaction) in read {
            batch.messages.append(Self.prepare(message, interaction, objects: objects, mappings: mappings))
        }
        return batch
    }

    private static func barrier(_ message: ReceivedMessage) -> BarrierPassage? {
        guard message.header(CloudEventHeader.type) == CloudEventType.barrier,
            let id = message.header(CloudEventHeader.id).flatMap({ Int64($0) })
        else { return nil }
        return BarrierPassage(id: id, partition: message.partition)
    }

    private static func source(_ message: ReceivedMessage) -> ObjectSource? {
        message.header(CloudEventHeader.source).flatMap { ObjectSource(path: $0) }
    }

    private static func prepare(
        _ message: ReceivedMessage, _ read: Result<InteractionMessage, any Error>,
        objects: [PublicID: StoredObject], mappings: [String: Result<any RecordMapping, Failure>]
    ) -> PreparedMessage {
        let interaction: InteractionMessage
        switch read {
        case .success(let value): interaction = value
        case .failure(let error):
            // The page may still be known, and waits for a receipt.
            return PreparedMessage(
                message: message, object: source(message).flatMap { objects[$0.object] },
                place: message.header(CloudEventHeader.id).flatMap { InteractionPlace($0) },
                externalID: message.header(CloudEventHeader.subject),
                content: .refused("the message cannot be read: \(error)"))
        }
        let object = objects[interaction.source.object]
        return PreparedMessage(
            message: message, object: object, place: interaction.place, externalID: interaction.externalID,
            content: object.map { content(of: interaction, message: message, object: $0, mappings: mappings) }
                ?? .refused("the Integration Object that it belongs to does not exist"))
    }

    private static func content(
        of interaction: InteractionMessage, message: ReceivedMessage, object: StoredObject,
        mappings: [String: Result<any RecordMapping, Failure>]
    ) -> PreparedMessage.Content {
        guard !interaction.externalID.isEmpty else { return .refused("the external id is empty") }
        guard interaction.externalID.utf8.count <= longestExternalID else {
            return .refused("the external id is longer than \(longestExternalID) bytes")
        }
        guard !interaction.externalID.utf8.contains(0) else { return .refused("the external id contains U+0000") }
        guard let payload = interaction.payload, !payload.isEmpty else { return .refused("the message has no value") }
        var interaction = interaction
        let tellsIDAlone = interaction.isDeleted && payload.elementsEqual(emptyObject)
        if tellsIDAlone { interaction.payload = nil }
        var records: [MappedRecord] = []
        var types: [InteractionType] = []
        if let mapping = mappings[interaction.definition] {
            do {
                let mapping = try mapping.get()
                types = mapping.types
                if !interaction.isDeleted {
                    for record in try mapping.records(in: payload)
                    where !records.contains(where: { $0.type == record.type }) {
                        records.append(RecordNormalization.normalise(record))
                    }
                }
            } catch let failure as Failure {
                return .refused("it cannot be mapped: \(failure.cause)")
            } catch {
                return .refused("it cannot be mapped: the mapping failed")
            }
        }
        return .interaction(
            PreparedInteraction(
                object: object, interaction: interaction, isSwept: tellsIDAlone && interaction.modifiedAt == nil,
                isReplayed: message.header(DeadLetter.replayedHeader) != nil,
                contentHash: ContentHash.of(interaction.payload, isDeleted: interaction.isDeleted), records: records,
                absentTypes: types.filter { type in !records.contains { $0.type == type } }))
    }

    private static let emptyObject: [UInt8] = [UInt8(ascii: "{"), UInt8(ascii: "}")]
}

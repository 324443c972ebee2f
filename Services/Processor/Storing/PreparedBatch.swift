import Models
import Storage

/// One message of an `interactions.*` topic, read and mapped, ready to be stored. An object, like what it holds, because
/// a batch's messages are handed around a dozen times and each copy of so many fields would cost as many counts.
package final class PreparedMessage: Sendable {
    /// What can be done with it.
    package enum Content: Sendable {
        /// To be stored.
        case interaction(PreparedInteraction)
        /// To be rejected, with the reason.
        case refused(String)
    }

    /// The message as it came.
    package let message: ReceivedMessage
    /// Whose it is; nil where the message does not say, or says nobody that is known.
    package let object: StoredObject?
    /// Where it was seen, as far as it can be read.
    package let place: InteractionPlace?
    /// The provider's id, as far as it can be read.
    package let externalID: String?
    /// What can be done with it.
    package let content: Content

    /// A message with what is known of it.
    package init(
        message: ReceivedMessage, object: StoredObject?, place: InteractionPlace?, externalID: String?, content: Content
    ) {
        self.message = message
        self.object = object
        self.place = place
        self.externalID = externalID
        self.content = content
    }

    /// The same message with another fate.
    func with(_ content: Content) -> PreparedMessage {
        PreparedMessage(message: message, object: object, place: place, externalID: externalID, content: content)
    }

    /// The page that waits for its receipt.
    var page: PageKey? {
        guard let object, let place else { return nil }
        return PageKey(objectID: object.id, run: place.run, page: place.page)
    }

    /// The row that keeps it, rejected for `reason`.
    func rejected(_ reason: String) -> RejectedRow {
        var source: (objectID: Int64, place: InteractionPlace)?
        if let object, let place { source = (object.id, place) }
        return RejectedRow(source: source, externalID: externalID, reason: reason, message: message)
    }
}

/// A record with what it means.
package final class PreparedInteraction: Sendable {
    /// Its object.
    package let object: StoredObject
    /// The record as the retriever sent it.
    package let interaction: InteractionMessage
    /// A sweep of ids says that it is gone.
    package let isSwept: Bool
    /// A person sent it again (`tributary replay`), so that no page has to vouch for it.
    package let isReplayed: Bool
    /// What its content is compared by.
    package let contentHash: PublicID
    /// What it yields, normalised.
    package let records: [MappedRecord]
    /// The types that its definition can yield and it does not.
    package let absentTypes: [InteractionType]

    /// A record of `object`.
    package init(
        object: StoredObject, interaction: InteractionMessage, isSwept: Bool, isReplayed: Bool,
        contentHash: PublicID, records: [MappedRecord], absentTypes: [InteractionType]
    ) {
        self.object = object
        self.interaction = interaction
        self.isSwept = isSwept
        self.isReplayed = isReplayed
        self.contentHash = contentHash
        self.records = records
        self.absentTypes = absentTypes
    }

    /// Which Interaction it is.
    package var key: InteractionKey { InteractionKey(objectID: object.id, externalID: interaction.externalID) }

    /// Its version, depending on whether its page is the one that was declared last.
    package func version(isVouched: Bool) -> StoredVersion {
        isVouched || isReplayed
            ? StoredVersion(interaction.version, isSwept: isSwept)
            : .unvouched(modifiedAt: interaction.modifiedAt, until: interaction.until, isSwept: isSwept)
    }
}

/// A message that tells that everything before it in its partition has been processed.
package struct BarrierPassage: Hashable, Sendable {
    /// The barrier's id.
    package var id: Int64
    /// Where it arrived.
    package var partition: Int32

    /// The passage of barrier `id` through a partition.
    package init(id: Int64, partition: Int32) {
        self.id = id
        self.partition = partition
    }
}

/// Messages that are stored together.
package struct PreparedBatch: Sendable {
    /// In the order of arrival.
    package var messages: [PreparedMessage]
    /// The barriers among them, which are passed when all of `messages` are stored.
    package var barriers: [BarrierPassage]

    /// A batch.
    package init(messages: [PreparedMessage], barriers: [BarrierPassage]) {
        self.messages = messages
        self.barriers = barriers
    }

    /// Two parts that no customer has messages in both of, so that they can be stored side by side: what they lock is
    /// a customer's. Neither has the barriers. The batch itself where it is small or one customer's alone.
    package func parts() -> [PreparedBatch] {
        var sizes: [Int64: Int] = [:]
        for message in messages { sizes[message.object?.customerID ?? 0, default: 0] += 1 }
        guard messages.count >= 200, sizes.count > 1 else { return [self] }
        var first: Set<Int64> = []
        var firstSize = 0
        for (customer, size) in sizes.sorted(by: { ($0.value, $0.key) > ($1.value, $1.key) })
        where firstSize + size <= messages.count / 2 || first.isEmpty {
            first.insert(customer)
            firstSize += size
        }
        guard firstSize < messages.count else { return [self] }
        var parts = [PreparedBatch(messages: [], barriers: []), PreparedBatch(messages: [], barriers: [])]
        for message in messages {
            parts[first.contains(message.object?.customerID ?? 0) ? 0 : 1].messages.append(message)
        }
        return parts
    }

    /// Its first half without the barriers, and its second half with them.
    func halves() -> (PreparedBatch, PreparedBatch) {
        let middle = messages.count / 2
        return (
            PreparedBatch(messages: Array(messages[..<middle]), barriers: []),
            PreparedBatch(messages: Array(messages[middle...]), barriers: barriers)
        )
    }
}

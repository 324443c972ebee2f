import Catalog
import Kafka
import Models
import Service
import Storage

/// Declares a page and sends its records, so that no message is ever on its way without a row that waits for its
/// receipt.
package struct PageSender: Sendable {
    /// The most bytes of a message's value; brokers take about a megabyte unless configured otherwise.
    static let largestRecord = 1_000_000

    private let writer: RunWriter
    private let producer: any MessageProducer
    private let gate: BacklogGate
    private let topics: TopicNames
    private let recover: @Sendable (any Error) async -> Void

    /// A sender. `recover` is called with what the producer throws before the page is sent again.
    package init(
        writer: RunWriter, producer: any MessageProducer, gate: BacklogGate, topics: TopicNames,
        recover: @escaping @Sendable (any Error) async -> Void
    ) {
        self.writer = writer
        self.producer = producer
        self.gate = gate
        self.topics = topics
        self.recover = recover
    }

    /// What became of a page.
    package enum Outcome: Sendable {
        case acknowledged
        case claimLost
        case refused(Failure)
    }

    /// Sends page `number` of `run`, which was found at `position`.
    package func send(
        _ page: PageFetcher.Page, number: Int32, of run: RunInProgress, at position: [UInt8]?,
        acknowledged: ClosedRange<Int32>?, lease: RetrieverLease
    ) async throws -> Outcome {
        let (messages, unsendable) = split(page.content.records, number: number, of: run)
        let declaration = PageDeclaration(
            page: number, expected: Int32(clamping: page.content.records.count), positionBefore: position,
            unsendable: unsendable, providerClock: run.unwrittenClock)
        await gate.declare(Int64(messages.count), object: run.claimed.objectID, customer: run.claimed.customerID)
        guard
            try await writer.advance(
                RunAdvance(claim: run.claimed.claim, acknowledged: acknowledged, declaration: declaration),
                lease: lease)
        else { return .claimLost }
        run.noteBounded()
        FaultPoint.pass(.declaredNotProduced)
        return await produce(messages)
    }

    private func produce(_ messages: [Message]) async -> Outcome {
        guard !messages.isEmpty else { return .acknowledged }
        for attempt in 1... {
            do {
                async let acknowledgement: Void = producer.produce(messages)
                FaultPoint.pass(.producedNotAcknowledged)
                try await acknowledgement
                FaultPoint.pass(.acknowledgedNotMarked)
                return .acknowledged
            } catch {
                await recover(error)
                guard attempt < 3 else {
                    return .refused(
                        Failure(.transient, "the broker does not take records: \(error)", isOurs: true))
                }
            }
        }
        return .acknowledged
    }

    private func split(
        _ records: [FetchedRecord], number: Int32, of run: RunInProgress
    ) -> ([Message], [UnsendableRecord]) {
        var messages: [Message] = []
        messages.reserveCapacity(records.count)
        var unsendable: [UnsendableRecord] = []
        let until = run.until
        let untilText = until.description
        let topic = topics.interactions(run.type)
        for (place, record) in records.enumerated() {
            let index = Int32(clamping: place)
            if let reason = record.rejection ?? Self.oversize(record) {
                unsendable.append(
                    UnsendableRecord(
                        index: index, externalID: record.externalID.isEmpty ? nil : record.externalID, reason: reason))
                continue
            }
            let message = InteractionMessage(
                place: InteractionPlace(
                    run: run.claimed.run, attempt: run.claimed.attempt, page: number, index: index),
                source: run.claimed.source, type: run.type, externalID: record.externalID,
                modifiedAt: record.modifiedAt, until: until, definition: run.definition,
                isDeleted: record.isDeleted, traceparent: run.traceparent, payload: record.payload)
            messages.append(
                InteractionMessage.message(message, topic: topic, sourcePath: run.sourcePath, untilText: untilText))
        }
        return (messages, unsendable)
    }

    private static func oversize(_ record: FetchedRecord) -> String? {
        guard let size = record.payload?.count, size > largestRecord else { return nil }
        return "the record has \(size) bytes; at most \(largestRecord) fit into a message"
    }
}

import Models
import Storage

/// What became of a batch.
package struct StoredCounts: Equatable, Sendable {
    /// New or changed.
    package var stored = 0
    /// The same as stored, or older.
    package var unchanged = 0
    /// Kept in `rejected`.
    package var rejected = 0

    /// Nothing.
    package init() {}

    /// Adds what became of another batch.
    package static func += (left: inout StoredCounts, right: StoredCounts) {
        left.stored += right.stored
        left.unchanged += right.unchanged
        left.rejected += right.rejected
    }
}

/// Stores one batch in one transaction: Interactions, what they mean, what is to be published, receipts and barriers.
package struct StoringTransaction: Sendable {
    /// The page was opened anew by another attempt while the batch was being stored: store it again, knowing that.
    package struct PageMoved: Error {}

    private let session: any DataSession
    private let cache: DefinitionCache
    private let now: Timestamp

    /// A transaction that is open.
    package init(session: any DataSession, cache: DefinitionCache, now: Timestamp) {
        self.session = session
        self.cache = cache
        self.now = now
    }

    /// Stores `batch`.
    /// - Throws: ``PageMoved``, or the store's errors: nothing is stored then.
    package func store(_ batch: PreparedBatch) async throws -> StoredCounts {
        var receipts = try await ReceiptLedger(
            declared: session.declaredPages(Set(batch.messages.compactMap(\.page)).sorted()))
        var counts = StoredCounts()
        try await reject(batch.messages, receipts: &receipts, counts: &counts)

        let candidates = batch.messages.enumerated().compactMap { index, message -> WinningVersions.Candidate? in
            guard case .interaction(let prepared) = message.content else { return nil }
            return WinningVersions.Candidate(
                index: index, key: prepared.key, version: prepared.version(isVouched: receipts.vouches(for: message)))
        }
        let winners = WinningVersions.choose(candidates)
        let outcomes = try await session.upsert(winners.map { row($0, batch.messages[$0.index]) }, now: now)
        var isStoredMessage = Array(repeating: false, count: batch.messages.count)
        for (winner, outcome) in zip(winners, outcomes) { isStoredMessage[winner.index] = outcome != .unchanged }
        for candidate in candidates {
            let isStored = isStoredMessage[candidate.index]
            if isStored { counts.stored += 1 } else { counts.unchanged += 1 }
            receipts.note(isStored ? .stored : .unchanged, batch.messages[candidate.index])
        }

        let changed = zip(winners, outcomes).compactMap { winner, outcome -> ChangedInteraction? in
            guard outcome != .unchanged, case .interaction(let prepared) = batch.messages[winner.index].content else {
                return nil
            }
            return ChangedInteraction(
                object: prepared.object, key: winner.key,
                modified: winner.version.version.precedence(modifiedAt: prepared.interaction.modifiedAt),
                isNew: outcome == .inserted, records: prepared.records, absentTypes: prepared.absentTypes)
        }
        try await MatchingTransaction(session: session, cache: cache, now: now).apply(changed)

        let receiptsLeft = receipts.receipts
        guard try await session.note(receiptsLeft) == receiptsLeft.count else { throw PageMoved() }
        try await session.passBarriers(batch.barriers.map(\.id), partitions: batch.barriers.map(\.partition))
        return counts
    }

    private func reject(
        _ messages: [PreparedMessage], receipts: inout ReceiptLedger, counts: inout StoredCounts
    ) async throws {
        var rows: [RejectedRow] = []
        for message in messages {
            guard case .refused(let reason) = message.content else { continue }
            rows.append(message.rejected(reason))
            receipts.note(.rejected, message)
            counts.rejected += 1
        }
        try await session.reject(rows)
    }

    private func row(_ winner: WinningVersions.Candidate, _ message: PreparedMessage) -> InteractionRow {
        guard case .interaction(let prepared) = message.content else {
            preconditionFailure("a candidate is an Interaction")
        }
        let interaction = prepared.interaction
        return InteractionRow(
            key: winner.key, customerID: prepared.object.customerID, version: winner.version,
            run: interaction.place.run, modifiedAt: interaction.modifiedAt,
            deletedAt: interaction.isDeleted ? interaction.version.modified : nil, contentHash: prepared.contentHash,
            definition: interaction.definition, payload: interaction.payload)
    }
}

import Models

extension MemoryRunLedger {
    /// Closes up to `limit` drained runs whose pages have all their receipts.
    public func closeDrained(limit: Int) -> [ClosedRun] {
        let now = clock.now
        var closed: [ClosedRun] = []
        defer {
            for run in closed {
                if let entry = entries[run.objectID] { noteSuccess(of: run.objectID, entry) }
            }
        }
        _ = change(limit: limit, where: { $0.hasItsReceipts && $0.position == nil }) { entry in
            guard entry.move(.succeed) else { return false }
            let pages = entry.pages.values
            closed.append(
                ClosedRun(
                    objectID: self.entries.first { $0.value.source == entry.source }?.key ?? 0,
                    provider: entry.provider, run: entry.run, fetched: pages.reduce(0) { $0 + Int64($1.expected) },
                    stored: pages.reduce(0) { $0 + $1.stored }, unchanged: pages.reduce(0) { $0 + $1.unchanged },
                    rejected: pages.reduce(0) { $0 + $1.rejected }))
            entry.lastSynced = now
            if entry.kind == .sweep {
                entry.lastSweep = now
            } else {
                entry.completeUntil = max(entry.completeUntil ?? entry.until ?? now, entry.until ?? now)
            }
            entry.cursor = entry.nextCursor ?? entry.cursor
            if entry.kind == .initial || entry.kind == .full { entry.lastFull = entry.until }
            entry.nextDue = now + self.pace(of: entry)
            entry.failures = 0
            entry.failureClass = nil
            entry.answeredAt = now
            entry.pages = [:]
            entry.position = nil
            self.announce(entry, "succeeded")
            return true
        }
        return closed
    }

    /// Queues those runs again that were let go of to wait for receipts and have them all.
    public func resumeReceived() -> Int {
        let now = clock.now
        return change(where: { $0.hasItsReceipts && $0.position != nil }) { entry in
            guard entry.move(.resume) else { return false }
            entry.drainedAt = nil
            entry.queuedAt = now
            return true
        }
    }

    /// The types whose runs have waited for receipts longer than `lateAfter`, one for each topic.
    public func typesWithLateRuns(lateAfter: Duration) -> [InteractionType] {
        let limit = clock.now - lateAfter
        var types: [String: InteractionType] = [:]
        for entry in entries.values where entry.state == .draining && entry.drainedAt.map({ $0 < limit }) ?? false {
            types[entry.type.topicSuffix] = entry.type
        }
        return types.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Opens a barrier over `partitions` partitions of `topic`, shared by all runs that are late in it now.
    public func openBarrier(topic: String, partitions: Int32) -> BarrierToSend {
        guard !barriers.values.contains(where: { $0.topic == topic && !$0.open.isEmpty }) else {
            return BarrierToSend(id: 0, topic: topic, partitions: [])
        }
        let id = nextID()
        barriers[id] = Barrier(topic: topic, createdAt: clock.now, sentAt: clock.now, open: Set(0..<partitions))
        return BarrierToSend(id: id, topic: topic, partitions: Array(0..<partitions))
    }

    /// The barriers that were sent longer than `after` ago and have not come back everywhere; marks them sent again.
    public func overdueBarriers(after: Duration) -> [BarrierToSend] {
        let limit = clock.now - after
        var overdue: [BarrierToSend] = []
        for (id, barrier) in barriers.sorted(by: { $0.key < $1.key })
        where !barrier.open.isEmpty && barrier.sentAt < limit {
            barriers[id]?.sentAt = clock.now
            overdue.append(BarrierToSend(id: id, topic: barrier.topic, partitions: barrier.open.sorted()))
        }
        return overdue
    }

    /// Judges the late runs of barriers that came back everywhere: what has no receipt by then is lost, and the run
    /// is queued again from there.
    public func judgeLate(type: InteractionType, topic: String) -> Int {
        let back = barriers.filter { $0.value.topic == topic && $0.value.open.isEmpty }
        defer { for id in back.keys { barriers[id] = nil } }
        guard let madeAt = back.values.map(\.createdAt).max() else { return 0 }
        return change(where: { entry in
            entry.state == .draining && entry.type.topicSuffix == type.topicSuffix
                && entry.drainedAt.map { $0 < madeAt } ?? false && !entry.pages.values.allSatisfy(\.isFull)
        }) { entry in
            guard let gap = entry.pages.filter({ !$0.value.isFull }).keys.min(), entry.move(.pageLost) else {
                return false
            }
            entry.position = entry.pages[gap]?.positionBefore
            entry.nextPage = gap
            entry.nextCursor = nil
            entry.drainedAt = nil
            entry.rungAt = nil
            entry.queuedAt = clock.now
            entry.pages = entry.pages.filter { $0.key < gap }
            return true
        }
    }

    func announce(_ entry: Entry, _ outcome: String) {
        announce(
            kind: "sync.finished", key: entry.source.object.description, source: entry.source.path,
            body: Array(#"{"outcome":"\#(outcome)","run":\#(entry.run)}"#.utf8))
    }
}

extension MemoryRunLedger.Entry {
    fileprivate var hasItsReceipts: Bool { state == .draining && pages.values.allSatisfy(\.isFull) }
}

import Models

extension MemoryRunLedger: AnnouncementStore {
    /// Gives the oldest announcements to `send`, and removes them when that returns.
    public func publishAnnouncements(
        limit: Int, _ send: @Sendable ([Announcement]) async throws -> Void
    ) async throws -> Int {
        guard !isAnnouncing else { return 0 }
        isAnnouncing = true
        defer { isAnnouncing = false }
        let oldest = Array(announced.prefix(limit))
        guard !oldest.isEmpty else { return 0 }
        try await send(oldest)
        let sent = Set(oldest.map(\.id))
        announced.removeAll { sent.contains($0.id) }
        return oldest.count
    }

    /// Adds an announcement.
    public func announce(kind: String, key: String, source: String, body: [UInt8]) {
        announced.append(
            Announcement(id: nextID(), kind: kind, key: key, source: source, body: body, madeAt: clock.now))
    }
}

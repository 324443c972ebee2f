import Models

/// A message that was written in the transaction it tells of.
public struct Announcement: Hashable, Sendable {
    /// Its row.
    public var id: Int64
    /// `sync.finished`, `alert` or `alert.resolved`.
    public var kind: String
    /// The message's key.
    public var key: String
    /// The message's `ce_source`.
    public var source: String
    /// The message's value: JSON.
    public var body: [UInt8]
    /// When it happened.
    public var madeAt: Timestamp

    /// An announcement.
    public init(id: Int64, kind: String, key: String, source: String, body: [UInt8], madeAt: Timestamp) {
        self.id = id
        self.kind = kind
        self.key = key
        self.source = source
        self.body = body
        self.madeAt = madeAt
    }
}

/// What is to be published on `sync.finished` and `alerts`. Implementations: `PostgresAnnouncementStore` and
/// `MemoryRunLedger`.
public protocol AnnouncementStore: Sendable {
    /// Gives the oldest announcements to `send`, and removes them when that returns. One publisher at a time gets any, so
    /// that they are sent once and in order, however many schedulers there are.
    /// - Returns: how many were sent; 0 where another is sending.
    func publishAnnouncements(limit: Int, _ send: @Sendable ([Announcement]) async throws -> Void) async throws -> Int
}

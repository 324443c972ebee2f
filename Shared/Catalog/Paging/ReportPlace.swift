import JSON

/// A report that was ordered.
struct ReportPlace: Sendable, Hashable {
    /// What the provider answered about it.
    var job: JSONValue
    /// When it was ordered, in microseconds.
    var orderedAt: Int64
    /// Whether it can be downloaded.
    var isReady = false

    /// The form in which it is stored.
    var json: JSONValue {
        ["job": job, "at": .integer(orderedAt), "ready": .bool(isReady)]
    }

    init(job: JSONValue, orderedAt: Int64) {
        self.job = job
        self.orderedAt = orderedAt
    }

    /// Reads the stored form; nil where it is not one.
    init?(_ json: JSONValue) {
        guard let job = json["job"], let at = json["at"]?.int64 else { return nil }
        self.init(job: job, orderedAt: at)
        isReady = json["ready"] == .bool(true)
    }
}

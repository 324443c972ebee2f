extension HTTPResponse {
    /// The spare capacity behind every body, in bytes: simdjson reads that far beyond the end.
    public static let bodyPadding = 64

    /// This response with the promised room behind its body; copies the body only if the room is missing.
    consuming func padded() -> HTTPResponse {
        if body.capacity - body.count < Self.bodyPadding { body.reserveCapacity(body.count + Self.bodyPadding) }
        return self
    }
}

import Models

/// Headers that say when to come back: `Retry-After` and its many relatives.
package enum PauseHeader {
    /// The time that `text` names: seconds from now (RFC 9110, 10.2.3), seconds or milliseconds since 1970, or a date.
    /// Never before now, never more than a day ahead.
    package static func time(_ text: String, now: Timestamp) -> Timestamp? {
        let text = text.trimmed
        let time: Timestamp?
        if let seconds = Double(text) {
            guard seconds.isFinite, seconds >= 0 else { return nil }
            if seconds < 100_000_000 {
                time = now + .microseconds(Int64(seconds * 1_000_000))
            } else {
                time = Timestamp.guess(text).parse(text)
            }
        } else {
            time = HTTPDate.parse(text) ?? Timestamp(rfc3339: text)
        }
        guard let time else { return nil }
        return min(max(time, now), now + .seconds(86_400))
    }
}

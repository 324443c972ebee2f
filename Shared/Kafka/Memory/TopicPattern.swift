/// What a consumer subscribes to: a name, or a pattern that starts with `^`.
struct TopicPattern: Sendable {
    private let text: String

    /// - Throws: `KafkaError` of kind `configuration` if a pattern is none.
    init(_ text: String) throws(KafkaError) {
        self.text = text
        guard text.hasPrefix("^") else { return }
        do { _ = try Regex(text) } catch {
            throw KafkaError(.configuration, code: "_INVALID_ARG", "\"\(text)\" is no regular expression.")
        }
    }

    /// Whether `topic` is meant. Topics of the broker itself are not matched by patterns.
    func covers(_ topic: String) -> Bool {
        guard text.hasPrefix("^") else { return text == topic }
        guard let regex = try? Regex(text) else { return false }
        return topic.prefixMatch(of: regex) != nil
    }
}

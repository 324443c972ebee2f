/// One partition of one topic.
struct TopicPartition: Hashable, Sendable {
    var topic: String
    var partition: Int32
}

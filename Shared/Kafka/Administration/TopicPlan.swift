/// What has to be done so that topics are as they ought to be. Pure.
package struct TopicPlan: Equatable {
    /// Topics that are missing.
    package var create: [TopicSpecification]
    /// Topics that have too few partitions.
    package var grow: [TopicSpecification]

    /// Compares what is wanted with `existing`, the number of partitions of each topic there is.
    package init(_ wanted: [TopicSpecification], existing: [String: Int32]) {
        var seen: Set<String> = []
        let distinct = wanted.filter { seen.insert($0.name).inserted }
        create = distinct.filter { existing[$0.name] == nil }
        grow = distinct.filter { topic in existing[topic.name].map { $0 < topic.partitions } ?? false }
    }

    /// Whether everything fits.
    package var isEmpty: Bool { create.isEmpty && grow.isEmpty }
}

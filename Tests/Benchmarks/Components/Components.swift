/// The parts of the pipeline, each by itself.
enum Components {
    static func run() async throws -> [Figure] {
        [try scan(), try await FetchBenchmark.run(), try await BrokerBenchmark.run(), try await UpsertBenchmark.run()]
    }
}

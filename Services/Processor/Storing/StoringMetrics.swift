import Models
import Service

/// What the processor counts.
package struct StoringMetrics: Sendable {
    private let stored: Counter
    private let unchanged: Counter
    private let rejected: Counter
    private let seconds: Histogram
    private let batches: Histogram
    /// Messages that wait to be read.
    package let lag: Gauge

    /// Handles in `metrics`.
    package init(_ metrics: Metrics) {
        func records(_ outcome: String) -> Counter {
            metrics.counter(
                "tributary_interactions_total", "Interactions processed, by what became of them", ["outcome": outcome])
        }
        stored = records("stored")
        unchanged = records("unchanged")
        rejected = records("rejected")
        seconds = metrics.histogram("tributary_batch_seconds", "How long a batch takes to be stored")
        batches = metrics.histogram(
            "tributary_batch_messages", "Messages in a batch", buckets: [1, 10, 50, 100, 250, 500, 1000, 2000, 5000])
        lag = metrics.gauge("tributary_interactions_lag", "Messages on interactions.* that wait for this processor")
    }

    func note(_ counts: StoredCounts, messages: Int, took: Duration) {
        stored.increment(by: counts.stored)
        unchanged.increment(by: counts.unchanged)
        rejected.increment(by: counts.rejected)
        seconds.observe(took)
        batches.observe(Double(messages))
    }
}

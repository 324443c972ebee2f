import Models
import Service
import Storage
import Synchronization

/// What the scheduler counts.
package final class SchedulerMetrics: Sendable {
    private let metrics: Metrics
    private let opened: Counter
    private let closed: Counter
    private let records: [String: Counter]
    private let shown = Mutex<Set<StateCount.Subject>>([])
    /// Rings that the broker took.
    let rung: Counter
    /// Runs that went back because records were lost.
    package let pagesLost: Counter

    /// Counters in `metrics`.
    package init(_ metrics: Metrics) {
        self.metrics = metrics
        opened = metrics.counter("tributary_runs_opened_total", "Sync runs opened")
        rung = metrics.counter("tributary_rings_total", "Rings sent to retrievers")
        closed = metrics.counter("tributary_runs_succeeded_total", "Sync runs closed with all their receipts")
        pagesLost = metrics.counter("tributary_runs_sent_back_total", "Sync runs sent back because records were lost")
        records = Dictionary(
            uniqueKeysWithValues: ["fetched", "stored", "unchanged", "rejected"].map { outcome in
                (
                    outcome,
                    metrics.counter(
                        "tributary_run_records_total", "Records of closed runs by what became of them",
                        ["outcome": outcome])
                )
            })
    }

    func note(_ progress: RunQueue.Progress) {
        opened.increment(by: progress.opened)
        rung.increment(by: progress.rung)
    }

    func note(_ run: ClosedRun) {
        closed.increment()
        for (outcome, count) in [
            ("fetched", run.fetched), ("stored", run.stored), ("unchanged", run.unchanged), ("rejected", run.rejected),
        ] { records[outcome]?.increment(by: Int(count)) }
    }

    /// Shows how many runs of each provider wait, run and drain: what autoscaling follows.
    func note(_ counts: [StateCount]) {
        let now = Set(counts.map(\.subject))
        let gone = shown.withLock { shown in
            defer { shown = now }
            return shown.subtracting(now)
        }
        for subject in gone { gauge(subject).set(0) }
        for count in counts { gauge(count.subject).set(count.objects) }
    }

    private func gauge(_ subject: StateCount.Subject) -> Gauge {
        metrics.gauge(
            "tributary_live_runs", "Live sync runs by provider and state; autoscaling follows state=\"queued\"",
            ["provider": subject.provider, "state": subject.state.rawValue])
    }
}

extension StateCount {
    struct Subject: Hashable {
        let provider: String
        let state: RunState
    }
    var subject: Subject { Subject(provider: provider, state: state) }
}

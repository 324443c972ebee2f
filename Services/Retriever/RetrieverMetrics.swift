import Catalog
import Credentials
import Models
import Service

/// What a retriever counts.
package final class RetrieverMetrics: Sendable {
    private let pages: Counter
    private let records: Counter
    private let skipped: Counter
    private let replaced: Counter
    private let unreadableTimes: Counter
    private let claims: Counter
    private let retries: Counter
    private let ended: [String: Counter]
    private let failed: [FailureClass: Counter]
    private let renewals: [RenewalOutcome: Counter]
    private let limitWaits: Histogram
    private let limitRefusals: Counter
    private let limitQuestions: Counter
    /// Requests that wait for their turn.
    let waitingForLimits: Gauge
    /// Runs under way.
    package let running: Gauge

    /// Counters in `metrics`.
    package init(_ metrics: Metrics) {
        pages = metrics.counter("tributary_pages_fetched_total", "Pages read from providers")
        records = metrics.counter("tributary_records_fetched_total", "Records read from providers")
        skipped = metrics.counter(
            "tributary_records_skipped_total", "Entries left out by the definition's condition, or superseded in a page"
        )
        replaced = metrics.counter(
            "tributary_characters_replaced_total", "Characters that Postgres cannot hold, replaced by U+FFFD")
        unreadableTimes = metrics.counter(
            "tributary_unreadable_times_total", "Records whose modified time could not be read")
        claims = metrics.counter("tributary_runs_claimed_total", "Sync runs claimed")
        retries = metrics.counter("tributary_requests_failed_total", "Requests that gave no page")
        ended = Dictionary(
            uniqueKeysWithValues: ["drained", "awaiting_receipts", "postponed", "handed_back"].map { ending in
                (
                    ending,
                    metrics.counter("tributary_runs_released_total", "Sync runs let go of", ["ending": ending])
                )
            })
        failed = Dictionary(
            uniqueKeysWithValues: FailureClass.allCases.map { kind in
                (kind, metrics.counter("tributary_runs_failed_total", "Sync runs failed", ["class": kind.rawValue]))
            })
        renewals = Dictionary(
            uniqueKeysWithValues: RenewalOutcome.allCases.map { outcome in
                (
                    outcome,
                    metrics.counter(
                        "tributary_token_renewals_total", "Renewals of access tokens", ["outcome": outcome.rawValue])
                )
            })
        limitWaits = metrics.histogram(
            "tributary_limit_wait_seconds", "How long requests of providers with limits waited for their turn")
        limitRefusals = metrics.counter(
            "tributary_limit_postponements_total",
            "Requests that would have waited too long for their turn: their runs were postponed")
        limitQuestions = metrics.counter(
            "tributary_limit_questions_total", "Times the shared budgets were asked for turns")
        waitingForLimits = metrics.gauge("tributary_limit_waiting", "Requests that wait for their turn")
        running = metrics.gauge("tributary_runs_running", "Sync runs under way in this retriever")
    }

    func note(_ page: FetchedPage) {
        pages.increment()
        records.increment(by: page.records.count)
        skipped.increment(by: page.leftOut + page.superseded)
        replaced.increment(by: page.replacedCharacters)
        unreadableTimes.increment(by: page.unreadableTimes)
    }

    func note(_ trouble: RetrievalTrouble) { retries.increment() }

    func note(_ ending: RetrievalAction<PagePosition>.Release.Ending) {
        switch ending {
        case .drain: ended["drained"]?.increment()
        case .awaitReceipts: ended["awaiting_receipts"]?.increment()
        case .postpone: ended["postponed"]?.increment()
        case .handBack: ended["handed_back"]?.increment()
        }
    }

    func noteFailure(_ failure: Failure) { failed[failure.kind]?.increment() }

    func note(_ outcome: RenewalOutcome) { renewals[outcome]?.increment() }

    func noteWait(_ time: Duration) { limitWaits.observe(time) }

    func noteLimitPostponement() { limitRefusals.increment() }

    func noteLimitQuestion() { limitQuestions.increment() }

    func noteClaim() { claims.increment() }
}

import Models
import Service

/// When a postponed run goes on.
package enum WakeTime {
    /// The shortest wait: a provider that names a time that has passed is not asked again at once.
    package static let least = Duration.seconds(1)
    private static let patience = Backoff(base: .seconds(10), cap: .seconds(900))

    /// When the provider says, where that is still to come; else later with each postponement.
    /// - Parameter postponements: how often the run has been postponed before.
    package static func after(
        _ failure: Failure, postponements: Int, now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> Timestamp {
        if let retryAt = failure.retryAt, retryAt > now { return retryAt }
        return now + max(least, patience.delay(after: postponements + 1, using: &generator))
    }
}

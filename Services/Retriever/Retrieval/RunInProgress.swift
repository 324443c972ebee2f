import Catalog
import Credentials
import Models
import Storage
import Synchronization

/// What stays the same while a run is retrieved.
package final class RunInProgress: Sendable {
    let claimed: ClaimedRun
    private let asked: Mutex<Retrieval>
    let credentials: RunCredentials
    let type: InteractionType
    let definition: String
    let sourcePath: String
    let traceparent: String?
    /// Whose quota its requests count against.
    let quotaUser: QuotaUser
    private let window: Mutex<Window>

    private struct Window {
        var until: Timestamp
        var clock: Timestamp?
        var isBounded: Bool
    }

    /// The run that was claimed, what it asks, and what authorises it where its own secrets do not.
    package init(
        _ claimed: ClaimedRun, retrieval: Retrieval, credentials: RunCredentials = RunCredentials(),
        traceparent: String?
    ) {
        self.claimed = claimed
        asked = Mutex(retrieval)
        self.credentials = credentials
        self.traceparent = traceparent
        type = retrieval.definition.object.type
        definition = retrieval.definition.hash
        sourcePath = claimed.source.path
        quotaUser = QuotaUser(claimed, limits: retrieval.limits)
        window = Mutex(Window(until: claimed.until, clock: nil, isBounded: claimed.untilIsBounded))
    }

    /// How it is asked and read, which a restart may change.
    var retrieval: Retrieval { asked.withLock { $0 } }

    /// Begins anew; returns where.
    func restart() throws(Failure) -> PagePosition {
        let restarted = try retrieval.restarted()
        asked.withLock { $0 = restarted }
        return restarted.start
    }

    /// The end of the window, which records are bounded by.
    var until: Timestamp { window.withLock { $0.until } }

    /// The provider's clock, as long as the database has not been told of it.
    var unwrittenClock: Timestamp? { window.withLock { $0.isBounded ? nil : $0.clock } }

    /// Takes the provider's clock into account once: the window never passes it.
    func bound(by clock: Timestamp?) {
        guard let clock else { return }
        window.withLock { window in
            guard !window.isBounded, window.clock == nil else { return }
            window.clock = clock
            window.until = min(window.until, clock)
        }
    }

    /// The database has been told of the provider's clock.
    func noteBounded() { window.withLock { $0.isBounded = $0.isBounded || $0.clock != nil } }
}

extension QuotaUser {
    /// Whose quota the requests of a run count against.
    fileprivate init(_ claimed: ClaimedRun, limits: Limits) {
        let owner =
            switch limits.owner {
            case .integration: "\(claimed.provider)/i\(claimed.integrationID)"
            case .customer: "\(claimed.provider)/c\(claimed.customerID)"
            case .app: claimed.provider
            }
        self.init(
            owner: owner, customer: claimed.customerID, weight: claimed.customerWeight,
            isFresh: claimed.kind == .incremental, run: "\(claimed.objectID).\(claimed.run).\(claimed.attempt)")
    }
}

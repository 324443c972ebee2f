/// The state of an Integration Object's live run. `idle` means that it has none.
public enum RunState: String, Sendable, Codable, CaseIterable {
    case idle, queued, running, postponed, draining
}

/// What moves a run from one state to another.
public enum RunEvent: String, Sendable, CaseIterable {
    /// The scheduler found the object due.
    case open
    /// A retriever took the run.
    case claim
    /// Throttled, out of quota or in an outage: the same position later.
    case postpone
    /// The postponement is over.
    case wake
    /// The holder stopped in order and gave the run back.
    case handBack
    /// The holder's lease ended.
    case holderLost
    /// The last page is acknowledged by the broker.
    case drain
    /// There was no room for more records for so long that the run waits for its receipts before it goes on.
    case awaitReceipts
    /// What it waited for is stored.
    case resume
    /// Every page has all its receipts.
    case succeed
    /// A page was proven lost: another attempt, from that page.
    case pageLost
    /// A failure that ends the run.
    case fail
    /// A person ended the run.
    case cancel
}

extension RunState {
    /// Every allowed transition; SQL statements are checked against this table by a test.
    public static let transitions: [RunState: [RunEvent: RunState]] = [
        .idle: [.open: .queued],
        .queued: [.claim: .running, .cancel: .idle, .fail: .idle],
        .running: [
            .postpone: .postponed, .handBack: .queued, .holderLost: .queued, .drain: .draining,
            .awaitReceipts: .draining, .fail: .idle, .cancel: .idle,
        ],
        .postponed: [.wake: .queued, .cancel: .idle, .fail: .idle],
        .draining: [.succeed: .idle, .resume: .queued, .pageLost: .queued, .cancel: .idle],
    ]

    /// The state after `event`, or nil where the event is not allowed in this state.
    public func after(_ event: RunEvent) -> RunState? { Self.transitions[self]?[event] }
}

/// How a run ended, as history and `sync.finished` tell it.
public enum RunOutcome: String, Sendable, Codable, CaseIterable {
    case succeeded, failed, cancelled
}

/// What a run asks the provider for.
public enum RunKind: String, Sendable, Codable, CaseIterable {
    /// Everything, for the first time.
    case initial
    /// What changed since Complete Until.
    case incremental
    /// The ids of everything, to find what is gone (`sweep`).
    case sweep
    /// Everything again, to find what an incremental request cannot show (`reconcile`).
    case full
}

/// The time and the waiting of a service, replaceable in tests.
public protocol WallClock: Sendable {
    /// The time now.
    var now: Timestamp { get }
    /// Returns after `duration`, or throws `CancellationError`.
    func sleep(for duration: Duration) async throws
}

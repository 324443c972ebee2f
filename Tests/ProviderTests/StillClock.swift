import Models

/// A clock that stands still and lets nobody wait: `now` in a definition is the time that the exchange file says.
struct StillClock: WallClock {
    let now: Timestamp
    func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

import Models

/// Tries `operation` until it succeeds, waiting longer and longer, for something the program cannot work without.
/// The log has a line at the first failure, then at growing intervals (not at each attempt), and when it is back.
/// - Parameters:
///   - dependency: what is being waited for, in plain words: "Postgres at db:5432".
///   - isRetryable: false for an error that no waiting mends; it is thrown on at once.
/// - Throws: `CancellationError` when the task is cancelled; errors that are not retryable.
public func retrying<Result: Sendable>(
    _ dependency: String, clock: any WallClock = SystemClock(), logger: Logger, backoff: Backoff = Backoff(),
    health: HealthCheck? = nil, isRetryable: @Sendable (any Error) -> Bool = { _ in true },
    _ operation: @Sendable () async throws -> Result
) async throws -> Result {
    let begin = clock.now
    var failures = 0
    while true {
        do {
            let result = try await operation()
            if failures > 0 {
                logger.info(
                    "it is back",
                    [
                        .dependency: .text(dependency), .attempt: .int(failures + 1),
                        .seconds: .seconds(clock.now - begin),
                    ])
            }
            return result
        } catch  where !(error is CancellationError) && !Task.isCancelled && isRetryable(error) {
            failures += 1
            health?.notReady("\(dependency) is away: \(error)")
            // At failures 1, 2, 4, 8 …: soon enough to see, seldom enough to read.
            if failures & (failures - 1) == 0 {
                logger.warning(
                    "it is away; waiting for it",
                    [.dependency: .text(dependency), .error: .error(error), .attempt: .int(failures)])
            }
            try await clock.sleep(for: backoff.delay(after: failures))
        }
    }
}

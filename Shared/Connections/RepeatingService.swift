import Models
import Service

/// A service that does the same step again and again. A step that fails is tried again after a growing pause, for as
/// long as it takes: what a service depends on may be away, and comes back.
public struct RepeatingService: Service {
    /// What it is called in logs and health checks.
    public let name: String
    private let interval: Duration
    private let clock: any WallClock
    private let check: HealthCheck?
    private let logger: Logger
    private let recover: @Sendable (any Error) async -> Void
    private let step: @Sendable () async throws -> Bool

    /// A service that runs `step`, and again at once when it returns true, else after `interval`.
    /// - Parameter recover: called with each error before the next try.
    public init(
        _ name: String, every interval: Duration, context: ServiceContext,
        recover: @escaping @Sendable (any Error) async -> Void = { _ in },
        step: @escaping @Sendable () async throws -> Bool
    ) {
        self.init(
            name, every: interval, clock: context.clock, check: context.health.check(name), recover: recover, step: step
        )
    }

    /// As above, for whoever has no context.
    public init(
        _ name: String, every interval: Duration, clock: any WallClock, check: HealthCheck? = nil,
        recover: @escaping @Sendable (any Error) async -> Void = { _ in },
        step: @escaping @Sendable () async throws -> Bool
    ) {
        self.name = name
        self.interval = interval
        self.clock = clock
        self.check = check
        self.logger = Logger(label: name)
        self.recover = recover
        self.step = step
    }

    /// Repeats the step until `shutdown`.
    public func run(until shutdown: ShutdownSignal) async throws {
        while !shutdown.isShuttingDown {
            let isBehind: Bool
            do {
                isBehind = try await shutdown.cancelling {
                    try await retrying(
                        name, clock: clock, logger: logger,
                        backoff: Backoff(), health: check
                    ) {
                        do {
                            return try await step()
                        } catch {
                            await recover(error)
                            throw error
                        }
                    }
                }
                check?.ready()
            } catch  where shutdown.isShuttingDown {
                return
            }
            if !isBehind, !(await shutdown.sleep(for: interval, clock: clock)) { return }
        }
    }
}

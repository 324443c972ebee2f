import Models
import Synchronization

/// Whether a program is able to do its work: named checks that its parts keep up to date.
public final class Health: Sendable {
    /// The state of one check.
    public struct Check: Sendable, Codable, Equatable {
        /// What is checked.
        public let name: String
        /// Whether it is as it should be.
        public let ready: Bool
        /// Why not, for a person; never a secret.
        public let reason: String?
        /// Since when.
        public let since: Timestamp
    }
    /// All checks.
    public struct Report: Sendable, Codable, Equatable {
        /// Whether all are ready.
        public let ready: Bool
        /// In the order in which they were added.
        public let checks: [Check]
    }

    private let clock: any WallClock
    private let checks = Mutex<[Check]>([])

    /// No checks yet, which is ready.
    public init(clock: any WallClock = SystemClock()) { self.clock = clock }

    /// The handle of the check called `name`, which is not ready because it is starting, if it is new.
    public func check(_ name: String) -> HealthCheck {
        checks.withLock { checks in
            if !checks.contains(where: { $0.name == name }) {
                checks.append(Check(name: name, ready: false, reason: "starting", since: clock.now))
            }
        }
        return HealthCheck(name: name, health: self)
    }

    /// All checks now.
    public var report: Report {
        let all = checks.withLock { $0 }
        return Report(ready: all.allSatisfy(\.ready), checks: all)
    }

    fileprivate func set(_ name: String, ready: Bool, reason: String?) {
        checks.withLock { checks in
            guard let index = checks.firstIndex(where: { $0.name == name }) else { return }
            let old = checks[index]
            checks[index] = Check(
                name: name, ready: ready, reason: reason, since: old.ready == ready ? old.since : clock.now)
        }
    }
}

/// Sets one check.
public struct HealthCheck: Sendable {
    /// What is checked.
    public let name: String
    fileprivate let health: Health

    /// It is as it should be.
    public func ready() { health.set(name, ready: true, reason: nil) }

    /// It is not, because of `reason`, which a person reads.
    public func notReady(_ reason: String) { health.set(name, ready: false, reason: reason) }
}

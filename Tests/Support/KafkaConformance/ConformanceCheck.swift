import Kafka
import Models

/// One thing that every broker behind the seam has to do.
public struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// The behaviour, as a sentence.
    public let name: String
    /// What the broker must be able to do for the check to make sense.
    public let needs: Set<BrokerAbility>
    /// Runs the check; throws what is wrong.
    public let run: @Sendable (Bench) async throws -> Void

    init(_ name: String, needs: Set<BrokerAbility> = [], _ run: @escaping @Sendable (Bench) async throws -> Void) {
        self.name = name
        self.needs = needs
        self.run = run
    }

    /// The name.
    public var description: String { name }

    /// All checks.
    public static let all = producing + reading + groups + administration

    /// The checks that a broker with `abilities` has to pass.
    public static func all(for abilities: Set<BrokerAbility>) -> [ConformanceCheck] {
        all.filter { $0.needs.isSubset(of: abilities) }
    }
}

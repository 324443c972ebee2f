/// The versions of the schema that a service can work with. A service is unready outside of them, and becomes ready by
/// itself when somebody migrates.
public struct SchemaRange: Sendable, Equatable {
    /// The lowest version it works with: the last migration that it needs.
    public let minimum: Int
    /// The highest version it knows to be compatible.
    public let maximum: Int

    /// Versions from `minimum` to `maximum`; a maximum below the minimum counts as the minimum.
    public init(_ minimum: Int, _ maximum: Int) {
        self.minimum = minimum
        self.maximum = max(minimum, maximum)
    }

    /// What a database of `version` (0: never migrated) means for the service.
    public func verdict(on version: Int) -> Verdict {
        if version < minimum { return .tooOld(found: version, needed: minimum) }
        if version > maximum { return .tooNew(found: version, known: maximum) }
        return .fits
    }

    /// Whether a service can work with a database.
    public enum Verdict: Sendable, Equatable, CustomStringConvertible {
        /// It can.
        case fits
        /// The database has to be migrated first.
        case tooOld(found: Int, needed: Int)
        /// The service is older than the database allows.
        case tooNew(found: Int, known: Int)

        /// What is the matter and what to do, for a person.
        public var description: String {
            switch self {
            case .fits: "the schema fits"
            case .tooOld(let found, let needed):
                "the database's schema is at version \(found), this service needs \(needed): run `tributary migrate`"
            case .tooNew(let found, let known):
                "the database's schema is at version \(found), this service knows versions up to \(known): update the service"
            }
        }
    }
}

import Models

/// A customer as a person wants it.
public struct CustomerSpecification: Sendable {
    /// The customer's key.
    public var key: String
    /// What people call it; nil leaves it as it is, or takes the key.
    public var name: String?
    /// Its share of slots.
    public var weight: Double
    /// The most runs of it at once.
    public var maxRuns: Int?
    /// Who is told by e-mail what the customer has to do; nil: the operator.
    public var alertEmail: String?
    /// Its own pace, by `provider/object`, provider or type of records; the empty text means everything.
    public var paces: [String: Duration]
    /// Its merge patches (JSON) by provider.
    public var overrides: [String: [UInt8]]
    /// Its integrations.
    public var integrations: [IntegrationSpecification]

    /// A customer.
    public init(
        key: String, name: String?, weight: Double, maxRuns: Int?, paces: [String: Duration],
        overrides: [String: [UInt8]], integrations: [IntegrationSpecification], alertEmail: String? = nil
    ) {
        self.alertEmail = alertEmail
        self.key = key
        self.name = name
        self.weight = weight
        self.maxRuns = maxRuns
        self.paces = paces
        self.overrides = overrides
        self.integrations = integrations
    }
}

/// An integration as a person wants it.
public struct IntegrationSpecification: Sendable {
    /// The integration's key, unique within its customer.
    public var key: String
    /// The provider.
    public var provider: String
    /// Whether it is to be synced.
    public var enabled: Bool
    /// Its settings, a JSON object.
    public var settings: [UInt8]
    /// Its merge patch (JSON).
    public var override: [UInt8]?
    /// Its objects.
    public var objects: [ObjectSpecification]
    /// Seals its secrets for its public id; nil leaves those that it has. Stored in the transaction that makes its
    /// objects, because the first runs begin at once and would fail for want of a credential.
    public var credential: (@Sendable (PublicID) throws -> StoredCredential)?

    /// An integration.
    public init(
        key: String, provider: String, enabled: Bool, settings: [UInt8], override: [UInt8]?,
        objects: [ObjectSpecification], credential: (@Sendable (PublicID) throws -> StoredCredential)? = nil
    ) {
        self.credential = credential
        self.key = key
        self.provider = provider
        self.enabled = enabled
        self.settings = settings
        self.override = override
        self.objects = objects
    }
}

/// An Integration Object as a person wants it.
public struct ObjectSpecification: Sendable {
    /// The object of the provider's definition.
    public var object: String
    /// What its records are.
    public var type: InteractionType
    /// Its own pace.
    public var every: Duration?
    /// Whether it is to be synced.
    public var enabled: Bool
    /// Its merge patch (JSON).
    public var override: [UInt8]?

    /// An object.
    public init(object: String, type: InteractionType, every: Duration?, enabled: Bool, override: [UInt8]?) {
        self.object = object
        self.type = type
        self.every = every
        self.enabled = enabled
        self.override = override
    }
}

/// What applying a specification did.
public struct ApplyReport: Sendable, Equatable {
    /// Things that were not there.
    public var created = 0
    /// Things that were there and are different now.
    public var changed = 0
    /// Things that were as they ought to be.
    public var unchanged = 0

    /// Nothing yet.
    public init() {}

    mutating func count(_ outcome: String) {
        switch outcome {
        case "created": created += 1
        case "changed": changed += 1
        default: unchanged += 1
        }
    }
}

/// The public ids that say whose an Integration Object is; the `ce_source` of its messages.
public struct ObjectSource: Hashable, Sendable {
    /// The customer.
    public var customer: PublicID
    /// The customer's integration.
    public var integration: PublicID
    /// The integration's object.
    public var object: PublicID

    /// The source of `object`.
    public init(customer: PublicID, integration: PublicID, object: PublicID) {
        self.customer = customer
        self.integration = integration
        self.object = object
    }

    /// The URI reference that CloudEvents carry.
    public var path: String { "/customers/\(customer)/integrations/\(integration)/objects/\(object)" }

    /// Parses ``path``.
    public init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 7, parts[0].isEmpty, parts[1] == "customers", parts[3] == "integrations",
            parts[5] == "objects", let customer = PublicID(parts[2]), let integration = PublicID(parts[4]),
            let object = PublicID(parts[6])
        else { return nil }
        self.init(customer: customer, integration: integration, object: object)
    }
}

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

    /// Parses ``path``. By places, because every message of a topic carries one.
    public init?(path: String) {
        let bytes = path.utf8
        guard bytes.count == Self.length, path.hasPrefix(Self.customers) else { return nil }
        func part(_ start: Int, _ length: Int) -> Substring {
            let from = bytes.index(bytes.startIndex, offsetBy: start)
            return path[from..<bytes.index(from, offsetBy: length)]
        }
        let second = Self.customers.utf8.count + Self.idLength
        let third = second + Self.integrations.utf8.count + Self.idLength
        guard part(second, Self.integrations.utf8.count) == Self.integrations,
            part(third, Self.objects.utf8.count) == Self.objects,
            let customer = PublicID(part(Self.customers.utf8.count, Self.idLength)),
            let integration = PublicID(part(second + Self.integrations.utf8.count, Self.idLength)),
            let object = PublicID(part(third + Self.objects.utf8.count, Self.idLength))
        else { return nil }
        self.init(customer: customer, integration: integration, object: object)
    }

    private static let customers = "/customers/"
    private static let integrations = "/integrations/"
    private static let objects = "/objects/"
    /// Characters of a public id.
    private static let idLength = 36
    private static let length =
        customers.utf8.count + integrations.utf8.count + objects.utf8.count + 3 * idLength
}

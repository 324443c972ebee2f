import Models

/// Customers, integrations and objects as people want them. Implementations: `PostgresControlStore` and
/// `MemoryControlTables`.
public protocol ControlStore: Sendable {
    /// Makes the store what `customers` say, in one transaction; applying the same again changes nothing but the version
    /// of credentials. What they do not mention stays. Objects whose pace changes are due as the new one says. A
    /// credential wakes what waited for it: an integration that was stopped for want of authorization runs again.
    /// - Parameter pace: what the overrides of an object, those stored before included, say of its pace; nil leaves what
    ///   is known of it.
    func apply(
        _ customers: [CustomerSpecification], now: Timestamp, pace: @Sendable (PacedObject) -> ObjectPace?
    ) async throws -> ApplyReport
    /// The row and the public id of an integration; nil before it is applied.
    func integration(customer: String, key: String) async throws -> (id: Int64, publicID: PublicID)?
    /// Lets an integration go on from where it was, whatever had stopped it or paused its objects.
    func enable(integration: Int64) async throws
}

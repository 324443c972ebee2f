/// Another way to ask where the last success is long ago: an export in place of a search that reaches back a month.
public struct DistantDefinition: Sendable {
    enum Key: String, LanguageKey {
        case over
    }

    /// How long ago the last success is then, at least.
    public var over: Duration
    /// How it is asked and read; what it does not say is as in the object.
    public var listing: Listing

    init?(_ node: DefinitionNode, path: String, context: DecodingContext, base: Listing?) {
        let own = KeyedReader<Key>(
            node, path: path, context: context, others: Listing.Key.allCases.map(\.rawValue))
        let over = own.duration(.over)
        if !own.has(.over) { own.missing(.over, advice: "write how long ago, such as over: 30d") }
        guard node["request"] != nil else {
            context.report(
                at: node.origin, path: path, "'request' is missing",
                advice: "write what is asked then; without another request 'since_age' is not needed")
            return nil
        }
        guard let over, let listing = Listing(partOf: node, path: path, context: context, base: base) else {
            return nil
        }
        self.over = over
        self.listing = listing
    }
}

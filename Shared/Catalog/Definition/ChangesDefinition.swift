/// Another way to ask for what changed than the one that lists everything: an event feed, a search.
public struct ChangesDefinition: Sendable {
    enum Key: String, LanguageKey {
        case when, retention
    }

    /// How it is asked and read; what it does not say is as in the object.
    public var listing: Listing
    /// It is used only where this holds; else everything is listed.
    public var condition: Template?
    /// How far back the provider can tell; where the window begins earlier, everything is listed.
    public var retention: Duration?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext, base: Listing?) {
        let own = KeyedReader<Key>(
            node, path: path, context: context, others: Listing.Key.allCases.map(\.rawValue))
        condition = own.condition(.when, names: .run)
        retention = own.duration(.retention)
        if node["request"] == nil {
            context.report(
                at: node.origin, path: path, "'request' is missing",
                advice: "write what is asked for changes; without another request 'changes' is not needed")
            return nil
        }
        guard
            let listing = Listing(partOf: node, path: path, context: context, base: base)
        else { return nil }
        self.listing = listing
        if base?.selection.deleted != nil, listing.selection.deleted == nil {
            context.report(
                .warning, at: node.origin, path: path, "the object tells deletions, its changes do not",
                advice: "write deleted: { when: … } over the entries of the changes")
        }
        if !listing.asksForChanges {
            context.report(
                at: node.origin, path: path, "the request for changes does not say since when",
                advice: "use {{ since | … }} or {{ cursor }} in its query or body")
        }
    }
}

/// How a provider tells what is gone: by a flag of its entries, or in a list of its own.
public struct DeletionsDefinition: Sendable {
    enum Key: String, LanguageKey {
        case when
    }

    /// The list of what is gone, read behind the listing in incremental runs.
    public var listing: Listing

    /// The condition over entries.
    static func condition(_ node: DefinitionNode, path: String, _ context: DecodingContext) -> Template? {
        KeyedReader<Key>(
            node, path: path, context: context, others: Listing.Key.allCases.map(\.rawValue)
        ).condition(.when, names: .entry)
    }

    /// Decodes the list of what is gone; nil where there is none.
    init?(_ node: DefinitionNode, path: String, context: DecodingContext, base: Listing?) {
        guard node["request"] != nil else {
            if let key = node.entries.first(where: { $0.key != Key.when.rawValue }), node["when"] == nil {
                context.report(
                    at: key.keyOrigin, path: path, "'request' is missing",
                    advice: "write where the provider lists what is gone, or deleted: { when: … }")
            }
            return nil
        }
        // Entries of such a list have little in common with the records: only the times' rules are taken over.
        guard
            let listing = Listing(
                partOf: node.removing([Key.when.rawValue]), path: path, context: context, rules: base)
        else { return nil }
        self.listing = listing
        if !listing.asksForChanges, listing.windows == nil {
            context.report(
                .warning, at: node.origin, path: path, "everything that was ever removed is listed in every run",
                advice: "use {{ since | … }} in the request, or stop_at_since: true with modified_at")
        }
    }
}

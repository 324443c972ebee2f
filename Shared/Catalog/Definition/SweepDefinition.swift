import Models

/// A periodic listing of ids, which tells what is gone where the provider does not.
public struct SweepDefinition: Sendable {
    enum Key: String, LanguageKey {
        case every, share
    }

    /// How often.
    public var every: Duration
    /// The largest part of an object's records that one sweep may remove; one that would remove more removes nothing.
    public var share: Double
    /// How ids are listed; what it does not say is as in the object.
    public var listing: Listing

    init?(_ node: DefinitionNode, path: String, context: DecodingContext, base: Listing?) {
        let own = KeyedReader<Key>(node, path: path, context: context, others: Listing.Key.allCases.map(\.rawValue))
        every = own.duration(.every) ?? .seconds(7 * 86_400)
        share = 0.2
        if let text = own.text(.share) {
            if let share = Self.share(text) {
                self.share = share
            } else {
                own.report(.share, "'\(text)' is not a share", advice: "write a percentage such as 20%")
            }
        }
        guard let listing = Listing(partOf: node, path: path, context: context, base: base) else { return nil }
        self.listing = listing
        if node["request"] != nil, listing.request.reads(.since) {
            context.report(
                at: node.origin, path: path, "a sweep lists everything, not what changed since",
                advice: "leave {{ since }} out of its request")
        }
    }

    private static func share(_ text: String) -> Double? {
        guard text.hasSuffix("%"), let percent = Double(text.dropLast().trimmed), percent > 0, percent <= 100 else {
            return nil
        }
        return percent / 100
    }
}

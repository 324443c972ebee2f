import Models

/// The steps in which a long window is asked for, because the provider answers only so much of it at once.
public struct WindowSteps: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case step, from
    }

    /// How long a step is.
    public var step: Duration
    /// Where first and full runs begin: a time, or how long before the end of the window. Without it they ask for everything at once, `since` being null.
    public var from: Template?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        from = reader.template(.from, names: .run)
        if let literal = from?.literal, Timestamp(rfc3339: literal) == nil, Duration(definition: literal) == nil {
            reader.report(
                .from, "'\(literal)' is not a time",
                advice: "write a date such as 2015-01-01, or how far back, such as 730d")
        }
        guard let step = reader.duration(.step) else {
            if !reader.has(.step) { reader.missing(.step, advice: "write step: 7d") }
            return nil
        }
        self.step = step
    }
}

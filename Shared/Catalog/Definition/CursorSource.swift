/// Where the mark comes from that the next run continues from.
public enum CursorSource: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case max
    }

    /// A place of the last response: a delta token, the cursor of a feed.
    case response(ValueSource)
    /// The highest value of a field of the entries: the number of an event, a sequence.
    case highest(ValueSource)

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        if case .text(let text) = node.content {
            guard let source = ValueSource(text, at: node.origin, path: path, context: context, names: .response) else {
                return nil
            }
            self = .response(source)
            return
        }
        let reader = KeyedReader<Key>(node, path: path, context: context)
        guard let source = reader.source(.max, names: .entry) else {
            if !reader.has(.max) {
                reader.missing(.max, advice: "write max: with the field that counts up, or a path in the response")
            }
            return nil
        }
        self = .highest(source)
    }

    /// Whether it counts up from run to run.
    var isCounted: Bool { if case .highest = self { true } else { false } }
}

extension KeyedReader {
    /// The mark for the next run.
    func cursorSource(_ key: Key) -> CursorSource? {
        self[key].flatMap { CursorSource($0, path: path(of: key), context: context) }
    }
}

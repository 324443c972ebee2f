/// How the body of a response is written.
public struct ResponseFormat: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case `as`, separator, columns
    }

    /// The formats. What HTTP itself compresses (`Content-Encoding`) is unpacked before; files of gzip or zip are not.
    public enum Kind: String, Sendable, CaseIterable {
        case json, csv, jsonl
    }

    /// The format.
    public var kind: Kind
    /// What stands between the columns of CSV.
    public var separator: UInt8
    /// The names of CSV's columns where the first line does not hold them.
    public var columns: [String]

    /// JSON.
    static let json = ResponseFormat(kind: .json)

    private init(kind: Kind) {
        self.kind = kind
        separator = UInt8(ascii: ",")
        columns = []
    }

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        self.init(kind: .json)
        if case .text(let text) = node.content {
            guard let kind = Kind(rawValue: text) else {
                context.report(
                    at: node.origin, path: path, "'\(text)' is not possible here",
                    advice: NearestName.advice(for: text, among: Kind.allCases.map(\.rawValue)))
                return nil
            }
            self.kind = kind
            return
        }
        let reader = KeyedReader<Key>(node, path: path, context: context)
        guard let kind = reader.choice(.as, Kind.self) else {
            if !reader.has(.as) { reader.missing(.as, advice: "write as: csv, jsonl or json") }
            return nil
        }
        self.kind = kind
        columns = reader.items(.columns).compactMap { node in
            if case .text(let text) = node.content { text } else { nil }
        }
        if let text = reader.text(.separator) {
            let bytes = Array(text.utf8)
            if bytes.count == 1, bytes[0] != UInt8(ascii: "\""), bytes[0] != 10, bytes[0] != 13 {
                separator = bytes[0]
            } else {
                reader.report(
                    .separator, "the separator is not a single character", advice: "write separator: \";\" or \"\\t\"")
            }
        }
        if kind != .csv, reader.has(.separator) || reader.has(.columns) {
            context.report(
                at: node.origin, path: path, "only CSV has a separator and columns", advice: "remove them")
        }
    }
}

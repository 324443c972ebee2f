import Archives

/// How the body of a response is written.
public struct ResponseFormat: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case `as`, separator, columns, lists, packed
    }

    /// The formats.
    public enum Kind: String, Sendable, CaseIterable {
        case json, csv, jsonl, xml
    }

    /// The format.
    public var kind: Kind
    /// What stands between the columns of CSV.
    public var separator: UInt8
    /// The names of CSV's columns where the first line does not hold them.
    public var columns: [String]
    /// The elements of XML that are lists even where there is one of them.
    public var lists: [String]
    /// How the file is packed. What HTTP itself compresses (`Content-Encoding`) is unpacked before.
    public var packed: PackedFile.Packing?

    /// JSON.
    static let json = ResponseFormat(kind: .json)

    private init(kind: Kind) {
        self.kind = kind
        separator = UInt8(ascii: ",")
        columns = []
        lists = []
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
            if !reader.has(.as) { reader.missing(.as, advice: "write as: csv, jsonl, xml or json") }
            return nil
        }
        self.kind = kind
        packed = reader.choice(.packed, PackedFile.Packing.self)
        columns = Self.texts(reader.items(.columns))
        lists = Self.texts(reader.items(.lists))
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
        if kind != .xml, reader.has(.lists) {
            reader.report(.lists, "only XML has elements that can be lists", advice: "remove 'lists'")
        }
    }

    private static func texts(_ nodes: [DefinitionNode]) -> [String] {
        nodes.compactMap { node in if case .text(let text) = node.content { text } else { nil } }
    }
}

import Foundation
import FoundationXML
import JSON

/// Writes elements as JSON while they are read.
final class XMLBuilder: NSObject, XMLParserDelegate {
    private struct Element {
        var name: String
        var isNull = false
        var text = ""
        var names: [String] = []
        var values: [String: [[UInt8]]] = [:]

        mutating func add(_ value: [UInt8], as name: String) {
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(value)
        }
    }

    private let lists: Set<String>
    private let limit: Int
    private var open: [Element] = []
    private var size = 0
    private(set) var finished: [UInt8]?
    /// Why reading was ended.
    private(set) var problem: String?

    init(lists: Set<String>, limit: Int) {
        self.lists = lists
        self.limit = limit
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard open.count < XMLReader.maximumDepth else { return end(parser, "the XML is too deep") }
        var element = Element(name: name)
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            let local = key.split(separator: ":").last.map(String.init) ?? key
            if key.hasPrefix("xmlns") { continue }
            if key == "xsi:nil" {
                element.isNull = value == "true" || value == "1"
                continue
            }
            element.add(Self.string(value), as: "_" + local)
        }
        open.append(element)
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard !open.isEmpty else { return }
        note(text.utf8.count, parser)
        open[open.count - 1].text += text
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let element = open.popLast() else { return }
        let value = json(element)
        note(element.name.utf8.count + 8, parser)
        if open.isEmpty {
            var root = Element(name: "")
            root.add(value, as: element.name)
            finished = json(root)
        } else {
            open[open.count - 1].add(value, as: element.name)
        }
    }

    private func json(_ element: Element) -> [UInt8] {
        let hasText = element.text.contains { !$0.isWhitespace }
        guard !element.names.isEmpty else {
            return element.isNull || !hasText ? Array("null".utf8) : Self.string(element.text)
        }
        var out: [UInt8] = [UInt8(ascii: "{")]
        for name in element.names {
            let values = element.values[name] ?? []
            Self.key(name, to: &out)
            let isList = values.count > 1 || lists.contains(name)
            if isList { out.append(UInt8(ascii: "[")) }
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                out.append(contentsOf: value)
            }
            if isList { out.append(UInt8(ascii: "]")) }
        }
        if hasText {
            Self.key("_text", to: &out)
            out.append(contentsOf: Self.string(element.text))
        }
        out.append(UInt8(ascii: "}"))
        return out
    }

    private static func key(_ name: String, to out: inout [UInt8]) {
        if out.count > 1 { out.append(UInt8(ascii: ",")) }
        JSONWriter.append(string: name, to: &out)
        out.append(UInt8(ascii: ":"))
    }

    private static func string(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONWriter.append(string: text, to: &bytes)
        return bytes
    }

    private func note(_ count: Int, _ parser: XMLParser) {
        size += count
        if size > limit { end(parser, "the XML is too large") }
    }

    private func end(_ parser: XMLParser, _ problem: String) {
        if self.problem == nil { self.problem = problem }
        parser.abortParsing()
    }
}

import Foundation
import FoundationXML
import JSON

/// Reads XML into a JSON object with one member, the root element.
///
/// An element is its text, or an object of its children where it has children or attributes; one without anything is
/// null, and so is one with `xsi:nil`. Children of the same name are a list. Attributes are called `_name`, text beside
/// them `_text`. Names are local names: prefixes of namespaces are left out.
struct XMLReader {
    /// Deeper elements are no list of records.
    static let maximumDepth = 100

    private let bytes: ArraySlice<UInt8>
    private let lists: Set<String>
    private let limit: Int

    /// - Parameters:
    ///   - lists: the elements that are lists even where there is one of them.
    ///   - limit: the largest result, in bytes.
    init(_ bytes: ArraySlice<UInt8>, lists: Set<String>, limit: Int) {
        self.bytes = bytes
        self.lists = lists
        self.limit = limit
    }

    /// The object.
    func json() throws(UnreadableBody) -> [UInt8] {
        guard !bytes.isEmpty else { throw UnreadableBody("the XML is empty", isCutOff: true) }
        guard !XMLProlog(bytes).declaresMarkup else {
            throw UnreadableBody("the XML declares entities or elements of its own, which are not read")
        }
        let builder = XMLBuilder(lists: lists, limit: limit)
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = builder
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        let isRead = parser.parse()
        if let problem = builder.problem { throw UnreadableBody(problem) }
        guard isRead, let root = builder.finished else {
            let code = (parser.parserError as NSError?)?.code ?? 0
            throw UnreadableBody(
                "the XML is broken at line \(parser.lineNumber), column \(parser.columnNumber) (libxml2's error \(code))",
                isCutOff: Self.cutOff.contains(code))
        }
        return root
    }

    /// The errors of libxml2 (`xmlParserErrors`) for a document that ends too early: no end, `>` or `</` missing, an
    /// end tag missing.
    private static let cutOff: Set<Int> = [5, 73, 74, 77]
}
